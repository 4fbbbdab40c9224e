/* The explorer's panels. A page holds <div data-vae="map" data-model="mnist-dense-vae-2d">, with a
 * picture in it that stands there at once and without JavaScript; here it becomes a panel.
 *
 * Every panel is a state, one function `show` that draws it, and controls that change it.
 */
(function () {
  "use strict";

  var CLASS_COLOURS = [ // can be told apart with any colour vision; the same as in the notebooks
    "#3f90da", "#ffa90e", "#bd1f01", "#006644", "#2200ee",
    "#ee4488", "#440044", "#aa8844", "#22ccee", "#660000",
  ];
  var LIMIT = 3; // of the map and of every slider
  var script = document.currentScript;
  var folder = script && script.src ? script.src.replace(/[^/]*$/, "") : "";
  var calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  var counter = 0;

  // --- models come as scripts, when they are needed ----------------------------------------------

  var waiting = {};

  /** Call `then` with the models of these names; a model's script is loaded once. */
  function withModels(names, then, failed) {
    var missing = names.filter(function (name) { return !VAE.models[name]; });
    if (!missing.length) return then(names.map(function (name) { return VAE.models[name]; }));
    var name = missing[0];
    var again = function () { withModels(names, then, failed); };
    if (waiting[name]) return waiting[name].push([again, failed]);
    waiting[name] = [[again, failed]];
    var tag = document.createElement("script");
    var done = function (which) {
      var callbacks = waiting[name];
      delete waiting[name];
      callbacks.forEach(function (pair) { if (pair[which]) pair[which](name); });
    };
    tag.src = folder + "models/" + name + ".js";
    tag.onload = function () { done(VAE.models[name] ? 0 : 1); };
    tag.onerror = function () { done(1); };
    document.head.appendChild(tag);
  }

  // --- small parts -------------------------------------------------------------------------------

  /** element("p", {class: "a"}, "text", otherElement) */
  function element(tag, attributes) {
    var node = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (key) {
      node.setAttribute(key, attributes[key]);
    });
    for (var i = 2; i < arguments.length; i++) node.append(arguments[i]);
    return node;
  }

  function button(text, action) {
    var node = element("button", { type: "button" }, text);
    node.addEventListener("click", action);
    return node;
  }

  /** A native range with its label and its value: the keyboard comes with it. */
  function slider(label, range, value, shown, changed) {
    var id = "vae-" + ++counter;
    var input = element("input", {
      type: "range", id: id, min: range[0], max: range[1], step: range[2],
    });
    var output = element("output", { for: id });
    var node = element("div", { class: "vae-slider" },
      element("label", { for: id }, label), input, output);
    function set(number) {
      input.value = number;
      var text = shown(number);
      output.textContent = text;
      input.setAttribute("aria-valuetext", text);
    }
    input.addEventListener("input", function () {
      var number = Number(input.value);
      set(number);
      changed(number);
    });
    set(value);
    return { node: node, set: set };
  }

  /** A choice among a few, as radio buttons. */
  function choice(legend, names, changed) {
    var group = "vae-" + ++counter;
    var title = element("span", { id: group }, legend);
    var node = element("div", {
      class: "vae-choice", role: "radiogroup", "aria-labelledby": group,
    }, title);
    names.forEach(function (name, i) {
      var input = element("input", { type: "radio", name: group, value: i });
      input.checked = i === 0;
      input.addEventListener("change", function () { changed(i); });
      node.append(element("label", {}, input, " " + name));
    });
    return node;
  }

  function selection(label, options, value, changed) {
    var id = "vae-" + ++counter;
    var select = element("select", { id: id });
    options.forEach(function (text, i) { select.append(element("option", { value: i }, text)); });
    select.value = value;
    select.addEventListener("change", function () { changed(Number(select.value)); });
    var node = element("div", { class: "vae-select" }, element("label", { for: id }, label), select);
    return { node: node, select: select };
  }

  /** A canvas for images of size×size pixels, with a caption. `put` draws, and says what. */
  function picture(size, caption) {
    var canvas = element("canvas", { width: size, height: size, role: "img", class: "vae-image" });
    var title = element("figcaption", {}, caption);
    var node = element("figure", { class: "vae-figure" }, canvas, title);
    return {
      node: node,
      caption: title,
      put: function (pixels, description) {
        draw(canvas.getContext("2d"), pixels, size, 0, 0);
        canvas.setAttribute("aria-label", description);
      },
    };
  }

  /** Several images beside each other in one canvas. */
  function strip(size, rows, columns, kind) {
    var canvas = element("canvas", {
      width: columns * size, height: rows * size, role: "img", class: "vae-strip " + (kind || ""),
    });
    return {
      node: canvas,
      put: function (images, description) {
        var context = canvas.getContext("2d");
        images.forEach(function (pixels, i) {
          draw(context, pixels, size, (i % columns) * size, Math.floor(i / columns) * size);
        });
        canvas.setAttribute("aria-label", description);
      },
    };
  }

  function draw(context, pixels, size, x, y) {
    var data = context.createImageData(size, size);
    for (var i = 0; i < pixels.length; i++) {
      var grey = Math.round(255 * pixels[i]);
      data.data.set([grey, grey, grey, 255], 4 * i);
    }
    context.putImageData(data, x, y);
  }

  /** One text that is read out, politely: when the reader rests, not at every step. */
  function sayer() {
    var node = element("p", { role: "status", class: "vae-says" });
    var timer = null;
    node.say = function (text) {
      clearTimeout(timer);
      timer = setTimeout(function () { node.textContent = text; }, 150);
    };
    return node;
  }

  /** Draw at most once a frame, however often the state changes. */
  function oncePerFrame(show) {
    var asked = false;
    return function () {
      if (asked) return;
      asked = true;
      requestAnimationFrame(function () { asked = false; show(); });
    };
  }

  // --- words and numbers -------------------------------------------------------------------------

  var SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";

  function zName(i) {
    return "z" + String(i + 1).replace(/\d/g, function (d) { return SUBSCRIPTS[d]; });
  }

  function number(x, places) {
    var text = x.toFixed(places === undefined ? 1 : places);
    if (Number(text) === 0) text = text.replace("-", "");
    return text.replace("-", "−");
  }

  function point(z) {
    return "z = (" + z.map(function (x) { return number(x); }).join(", ") + ")";
  }

  function nearest(z, points) {
    var best = 0, least = Infinity;
    points.forEach(function (p, i) {
      var d = 0;
      for (var j = 0; j < z.length; j++) d += (z[j] - p[j]) * (z[j] - p[j]);
      if (d < least) { least = d; best = i; }
    });
    return best;
  }

  /** "a 3", "an 8", and of clothes "class Sneaker". */
  function called(model, label) {
    var name = model.classes[label];
    if (!/^\d$/.test(name)) return "class " + name;
    return (name === "8" ? "an " : "a ") + name;
  }

  /** The class of a code: what most of the 15 nearest codes of test images are.
   *
   * Where the page has no such codes, with ten numbers, it is the class with the nearest mean.
   */
  function classOf(model, z) {
    if (!model.codes) return nearest(z, model.means);
    var codes = model.codes.points = model.codes.points || VAE.numbers(model.codes.z);
    var distances = model.codes.labels.map(function (label, i) {
      var dx = codes[2 * i] - z[0], dy = codes[2 * i + 1] - z[1];
      return [dx * dx + dy * dy, label];
    });
    distances.sort(function (a, b) { return a[0] - b[0]; });
    var votes = new Array(model.classes.length).fill(0);
    distances.slice(0, 15).forEach(function (pair) { votes[pair[1]]++; });
    return votes.indexOf(Math.max.apply(null, votes));
  }

  function likeWhat(model, z) {
    return "most like " + called(model, classOf(model, z));
  }

  /** Standard normal numbers (Box and Muller 1958). */
  function normal() {
    return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  }

  function noise(n) {
    return Array.from({ length: n }, normal);
  }

  function between(a, b, t) {
    return a.map(function (x, i) { return (1 - t) * x + t * b[i]; });
  }

  /** The way along the arc between two codes: it keeps their distance from the origin. */
  function alongArc(a, b, t) {
    var dot = 0, aa = 0, bb = 0;
    a.forEach(function (x, i) { dot += x * b[i]; aa += x * x; bb += b[i] * b[i]; });
    var angle = Math.acos(Math.max(-1, Math.min(1, dot / Math.sqrt(aa * bb))));
    if (!(angle > 1e-3)) return between(a, b, t);
    var u = Math.sin((1 - t) * angle) / Math.sin(angle), v = Math.sin(t * angle) / Math.sin(angle);
    return a.map(function (x, i) { return u * x + v * b[i]; });
  }

  /** The test images that a model brings along, as pixels. */
  function exampleImages(model) {
    var size = model.size * model.size;
    var pixels = VAE.numbers(model.examples.pixels).map(function (x) { return Math.min(1, x); });
    return model.examples.labels.map(function (label, i) {
      return pixels.slice(i * size, (i + 1) * size);
    });
  }

  function exampleNames(model) {
    var seen = {};
    return model.examples.labels.map(function (label) {
      seen[label] = (seen[label] || 0) + 1;
      return model.classes[label] + (model.examples.each > 1 ? ", image " + seen[label] : "");
    });
  }

  // --- the drawing pad ---------------------------------------------------------------------------

  /** A pad for mouse, pen and finger. It calls `drawn` with 784 pixels, or null when wiped. */
  function drawingPad(drawn) {
    var size = 280;
    var canvas = element("canvas", {
      width: size, height: size, class: "vae-pad", role: "img",
      "aria-label": "Drawing pad for mouse, pen or finger; with the keyboard, choose a test image",
    });
    var hint = element("span", { class: "vae-hint", "aria-hidden": "true" }, "draw a digit");
    var context = canvas.getContext("2d", { willReadFrequently: true });
    var last = null;
    function wipe() {
      context.fillStyle = "#000";
      context.fillRect(0, 0, size, size);
      hint.hidden = false;
    }
    var read = oncePerFrame(function () {
      var data = context.getImageData(0, 0, size, size).data;
      var ink = new Float32Array(size * size);
      for (var i = 0; i < ink.length; i++) ink[i] = data[4 * i] / 255;
      drawn(VAE.likeMnist(ink, size, size));
    });
    function place(event) {
      var box = canvas.getBoundingClientRect();
      return [
        ((event.clientX - box.left) * size) / box.width,
        ((event.clientY - box.top) * size) / box.height,
      ];
    }
    function line(event) {
      var to = place(event);
      context.strokeStyle = "#fff";
      context.lineWidth = 22; // of 280: the pen of most who wrote MNIST
      context.lineCap = context.lineJoin = "round";
      context.beginPath();
      context.moveTo(last[0], last[1]);
      context.lineTo(to[0], to[1] + 0.01); // a mere dot is ink as well
      context.stroke();
      last = to;
      hint.hidden = true;
      read();
    }
    canvas.addEventListener("pointerdown", function (event) {
      canvas.setPointerCapture(event.pointerId);
      last = place(event);
      line(event);
      event.preventDefault();
    });
    canvas.addEventListener("pointermove", function (event) { if (last) line(event); });
    ["pointerup", "pointercancel"].forEach(function (name) {
      canvas.addEventListener(name, function () { last = null; });
    });
    wipe();
    return {
      node: element("div", { class: "vae-pad-frame" }, canvas, hint),
      wipe: function () { wipe(); drawn(null); },
      /** Show an image of 28×28 as if it had been drawn. */
      put: function (pixels) {
        var small = element("canvas", { width: 28, height: 28 });
        draw(small.getContext("2d"), pixels, 28, 0, 0);
        context.imageSmoothingEnabled = false;
        context.drawImage(small, 0, 0, size, size);
        hint.hidden = true;
        drawn(pixels);
      },
    };
  }

  // --- the map -----------------------------------------------------------------------------------

  /** The plane of codes: a background of pictures or of discs, a point, and a posterior. */
  function plane(model, atlas, moved) {
    var size = 600;
    var canvas = element("canvas", {
      width: size, height: size, class: "vae-map", tabindex: 0, role: "application",
      "aria-roledescription": "map of the latent plane",
    });
    var context = canvas.getContext("2d");
    var backgrounds = [pictures, codes];
    var cached = {};
    function x(z1) { return ((z1 + LIMIT) / (2 * LIMIT)) * size; }
    function y(z2) { return ((LIMIT - z2) / (2 * LIMIT)) * size; }

    /** The picture that stood there before. */
    function pictures(target, then) {
      target.imageSmoothingEnabled = false;
      atlas.decode().then(function () { target.drawImage(atlas, 0, 0, size, size); then(); });
    }

    function codes(target, then, like) {
      target.fillStyle = "#f1f3f6";
      target.fillRect(0, 0, size, size);
      var z = VAE.numbers(model.codes.z);
      for (var pass = 0; pass < 2; pass++) { // the class of the point comes last, on top
        model.codes.labels.forEach(function (label, i) {
          if ((label === like) !== (pass === 1)) return;
          target.globalAlpha = pass ? 0.95 : 0.3;
          target.fillStyle = CLASS_COLOURS[label];
          target.beginPath();
          target.arc(x(z[2 * i]), y(z[2 * i + 1]), pass ? 5 : 4, 0, 2 * Math.PI);
          target.fill();
        });
      }
      target.globalAlpha = 1;
      model.means.forEach(function (mean, label) {
        var words = model.classes[label];
        target.font = (label === like ? "bold " : "") + (words.length > 1 ? 19 : 30) + "px sans-serif";
        target.textAlign = "center";
        target.textBaseline = "middle";
        target.lineWidth = 5;
        target.strokeStyle = "#fff";
        target.strokeText(words, x(mean[0]), y(mean[1]));
        target.fillStyle = "#111";
        target.fillText(words, x(mean[0]), y(mean[1]));
      });
      then();
    }

    /** White upon black: seen on every background. */
    function outline(path, width, colour) {
      [["#000", width + 3], [colour, width]].forEach(function (pen) {
        context.strokeStyle = pen[0];
        context.lineWidth = pen[1];
        context.beginPath();
        path();
        context.stroke();
      });
    }

    function foreground(state) {
      if (state.posterior) {
        var q = state.posterior;
        var deviation = q.logVar.map(function (v) { return Math.exp(v / 2); });
        [1, 2].forEach(function (times) {
          outline(function () {
            context.ellipse(x(q.mean[0]), y(q.mean[1]),
              (times * deviation[0] * size) / (2 * LIMIT),
              (times * deviation[1] * size) / (2 * LIMIT), 0, 0, 2 * Math.PI);
          }, times === 1 ? 3 : 1.5, "#ffd23f");
        });
      }
      var px = x(state.z[0]), py = y(state.z[1]);
      outline(function () { // a cross that leaves its middle, and with it a posterior, in sight
        [[1, 0], [-1, 0], [0, 1], [0, -1]].forEach(function (way) {
          context.moveTo(px + 17 * way[0], py + 17 * way[1]);
          context.lineTo(px + 32 * way[0], py + 32 * way[1]);
        });
      }, 4, "#fff");
      outline(function () { context.arc(px, py, 1, 0, 2 * Math.PI); }, 2, "#fff");
    }

    function show(state) {
      var like = state.background === 1 ? classOf(model, state.z) : -1;
      var key = state.background + "/" + like;
      canvas.setAttribute("aria-label",
        "Map: " + point(state.z) + ", " + likeWhat(model, state.z) + ". Arrow keys move the point.");
      if (!cached[key]) {
        var layer = element("canvas", { width: size, height: size });
        cached[key] = layer;
        backgrounds[state.background](layer.getContext("2d"), function () { show(state); }, like);
        return;
      }
      context.drawImage(cached[key], 0, 0);
      foreground(state);
    }

    var pressed = false;
    function follow(event) {
      var box = canvas.getBoundingClientRect();
      moved([
        ((event.clientX - box.left) / box.width) * 2 * LIMIT - LIMIT,
        LIMIT - ((event.clientY - box.top) / box.height) * 2 * LIMIT,
      ]);
    }
    canvas.addEventListener("pointerdown", function (event) {
      canvas.setPointerCapture(event.pointerId);
      pressed = true;
      follow(event);
    });
    canvas.addEventListener("pointermove", function (event) { if (pressed) follow(event); });
    ["pointerup", "pointercancel"].forEach(function (name) {
      canvas.addEventListener(name, function () { pressed = false; });
    });
    canvas.addEventListener("keydown", function (event) {
      var step = event.shiftKey ? 0.5 : 0.1;
      var way = {
        ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step],
      }[event.key];
      if (!way) return;
      event.preventDefault(); // the page would scroll
      moved(null, way);
    });
    return { node: canvas, show: show };
  }

  function clamp(z) {
    return z.map(function (x) { return Math.max(-LIMIT, Math.min(LIMIT, x)); });
  }

  // --- panels ------------------------------------------------------------------------------------

  var panels = {};

  /** The map of a two-dimensional model; where it has an encoder, with a drawing pad. */
  panels.map = function (root, models) {
    var model = models[0];
    var state = { z: [0, 0], posterior: null, background: 0 };
    var says = sayer();
    var decoded = picture(model.size, "z → decoder: p(x|z)");
    var map = plane(model, root.querySelector("img"), function (z, way) {
      go(z || [state.z[0] + way[0], state.z[1] + way[1]]);
    });
    var sliders = [0, 1].map(function (i) {
      return slider(zName(i), [-LIMIT, LIMIT, 0.05], 0, function (x) { return number(x, 2); },
        function (x) { state.z[i] = x; later(); });
    });
    function go(z) {
      state.z = clamp(z);
      sliders.forEach(function (s, i) { s.set(state.z[i]); });
      later();
    }
    function show() {
      map.show(state);
      var words = point(state.z) + ": " + likeWhat(model, state.z);
      decoded.put(VAE.decode(model, state.z), "Decoded image at " + words);
      says.say(words + spread());
    }
    function spread() {
      if (!state.posterior) return "";
      var q = state.posterior;
      return ". The encoder says: mean (" + q.mean.map(function (m) { return number(m, 2); }).join(", ") +
        "), standard deviation (" +
        q.logVar.map(function (v) { return number(Math.exp(v / 2), 2); }).join(", ") + ")";
    }
    var later = oncePerFrame(show);

    var drawing = model.encoder ? drawingParts(model, state, go, later) : null;
    root.replaceChildren(element("div", { class: "vae-plane" + (drawing ? " vae-draws" : "") },
      drawing ? drawing.pad : "",
      element("div", { class: "vae-at-map" }, map.node, sliders[0].node, sliders[1].node,
        choice("The map shows", ["pictures", "codes of test images"], function (i) {
          state.background = i;
          later();
        })),
      element("div", { class: "vae-at-image" }, decoded.node),
      element("div", { class: "vae-at-says" }, says),
      drawing ? drawing.tools : ""));
    show();
  };

  /** Draw or choose x; the encoder makes a posterior of it, and the point goes to its mean. */
  function drawingParts(model, state, go, later) {
    var images = exampleImages(model);
    var seen = picture(model.size, "what the encoder sees");
    var draws = button("Sample z from it", function () {
      var q = state.posterior;
      go(q.mean.map(function (m, i) { return m + Math.exp(q.logVar[i] / 2) * normal(); }));
    });
    function take(pixels) {
      state.posterior = pixels && VAE.encode(model, pixels);
      draws.disabled = !pixels;
      seen.put(pixels || new Float32Array(784), pixels
        ? "The drawing as the encoder sees it, 28 by 28 pixels" : "No drawing yet");
      if (pixels) go(state.posterior.mean);
      else later();
    }
    var pad = drawingPad(take);
    var list = selection("or a test image", ["choose …"].concat(exampleNames(model)), 0,
      function (i) { if (i) pad.put(images[i - 1]); });
    seen.put(new Float32Array(784), "No drawing yet");
    draws.disabled = true;
    return {
      pad: element("figure", { class: "vae-figure vae-at-pad" }, pad.node,
        element("figcaption", {}, "your x → encoder: q(z|x)")),
      tools: element("div", { class: "vae-at-tools" },
        element("div", { class: "vae-buttons" },
          button("Wipe", function () { list.select.value = 0; pad.wipe(); }), draws),
        list.node, seen.node),
    };
  }

  /** One slider a dimension, and where each of them leads. */
  panels.sliders = function (root, models) {
    var model = models[0];
    var n = model.latentDim;
    var state = { z: new Array(n).fill(0), last: 0 };
    var images = exampleImages(model);
    var says = sayer();
    var decoded = picture(model.size, "z → decoder: p(x|z)");
    var way = strip(model.size, 1, 7, "vae-strip-small");
    var wayTitle = element("figcaption");
    var all = state.z.map(function (zero, i) {
      return slider(zName(i), [-LIMIT, LIMIT, 0.05], 0, function (x) { return number(x, 2); },
        function (x) { state.z[i] = x; state.last = i; later(); });
    });
    function go(z) {
      state.z = clamp(z);
      all.forEach(function (s, i) { s.set(state.z[i]); });
      later();
    }
    function show() {
      var words = point(state.z) + ": " + likeWhat(model, state.z);
      decoded.put(VAE.decode(model, state.z), "Decoded image at " + words);
      var name = zName(state.last);
      wayTitle.textContent = name + " alone, from −3 to 3";
      way.put([-3, -2, -1, 0, 1, 2, 3].map(function (x) {
        var z = state.z.slice();
        z[state.last] = x;
        return VAE.decode(model, z);
      }), "Seven images along " + name + " from −3 to 3, the other numbers as they are");
      says.say(words);
    }
    var later = oncePerFrame(show);
    var list = selection("Encode a test image", ["choose …"].concat(exampleNames(model)), 0,
      function (i) { if (i) go(VAE.encode(model, images[i - 1]).mean); });
    var pad = drawingPad(function (pixels) { if (pixels) go(VAE.encode(model, pixels).mean); });
    root.replaceChildren(
      element("div", { class: "vae-row vae-ten" },
        element("div", { class: "vae-column" }, pad.node,
          element("div", { class: "vae-buttons" }, button("Wipe", pad.wipe)), list.node),
        element("div", { class: "vae-column vae-all" }, ...all.map(function (s) { return s.node; }),
          element("div", { class: "vae-buttons" },
            button("Random point of the prior", function () { go(noise(n)); }),
            button("All to zero", function () { go(new Array(n).fill(0)); }))),
        element("div", { class: "vae-column" }, decoded.node)),
      element("figure", { class: "vae-figure vae-wide" }, way.node, wayTitle),
      says
    );
    go(model.examples.codes[3 * model.examples.each]);
  };

  /** From one image to another: through the latent space, and by fading the pixels. */
  panels.walk = function (root, models) {
    var model = models[0];
    var names = exampleNames(model);
    var state = { ends: [3 * model.examples.each, 8 * model.examples.each], t: 0.5, way: 0 };
    var says = sayer();
    var here = picture(model.size, "through the latent space");
    var faded = picture(model.size, "pixels faded, no model");
    var steps = strip(model.size, 2, 11);
    var images = exampleImages(model);
    var timer = null;
    function z(t) {
      var ends = state.ends.map(function (i) { return model.examples.codes[i]; });
      return (state.way ? alongArc : between)(ends[0], ends[1], t);
    }
    function fade(t) {
      return between(Array.from(images[state.ends[0]]), Array.from(images[state.ends[1]]), t);
    }
    function show(t) {
      var words = number(100 * state.t, 0) + " % of the way: " + likeWhat(model, z(state.t));
      here.put(VAE.decode(model, z(state.t)), "Decoded image, " + words);
      faded.put(fade(state.t), "Both images on top of each other, mixed in the same proportion");
      says.say(words);
    }
    function showSteps() {
      var ts = Array.from({ length: 11 }, function (_, i) { return i / 10; });
      steps.put(ts.map(function (t) { return VAE.decode(model, z(t)); }).concat(ts.map(fade)),
        "Eleven steps from " + names[state.ends[0]] + " to " + names[state.ends[1]] +
        ". Upper row: decoded from codes between theirs. Lower row: pixels faded.");
    }
    var later = oncePerFrame(show);
    var t = slider("way", [0, 1, 0.01], 0.5, function (x) { return number(100 * x, 0) + " %"; },
      function (x) { stop(); state.t = x; later(); });
    var ends = ["From", "to"].map(function (label, i) {
      return selection(label, names, state.ends[i], function (chosen) {
        state.ends[i] = chosen;
        showSteps();
        later();
      }).node;
    });
    function go(x) { state.t = x; t.set(x); later(); }
    function stop() {
      clearInterval(timer);
      timer = null;
      play.textContent = calm.matches ? "One step" : "Walk";
    }
    var play = button("", function () {
      if (timer) return stop();
      var start = state.t >= 1 ? 0 : state.t;
      if (calm.matches) return go(Math.min(1, Math.round(10 * start + 1) / 10)); // nothing moves alone
      go(start);
      play.textContent = "Stop";
      timer = setInterval(function () {
        go(Math.min(1, state.t + 0.01));
        if (state.t >= 1) stop();
      }, 30);
    });
    stop();
    root.replaceChildren(
      element("div", { class: "vae-controls" }, ends[0], ends[1],
        choice("Way", ["straight", "along the arc"], function (i) {
          state.way = i;
          showSteps();
          later();
        })),
      element("div", { class: "vae-pair" }, here.node, faded.node),
      element("div", { class: "vae-narrow" }, t.node, element("div", { class: "vae-buttons" }, play)),
      steps.node, says
    );
    showSteps();
    show();
  };

  /** Two models, the same noise: what each decodes it to. */
  panels.versus = function (root, models) {
    var n = models[0].latentDim;
    var state = { noise: fresh(), width: 1 };
    var says = sayer();
    function fresh() { return Array.from({ length: 16 }, function () { return noise(n); }); }
    var sheets = models.map(function (model) {
      var sheet = strip(model.size, 4, 4, "vae-sheet");
      return {
        model: model, sheet: sheet,
        node: element("figure", { class: "vae-figure" }, sheet.node,
          element("figcaption", {}, model.title)),
      };
    });
    function show() {
      sheets.forEach(function (s) {
        s.sheet.put(state.noise.map(function (row) {
          return VAE.decode(s.model, row.map(function (x) { return state.width * x; }));
        }), "Sixteen images that the " + s.model.title + " decodes from noise");
      });
      says.say("Both decode the same 16 codes, noise of standard deviation " + number(state.width));
    }
    var later = oncePerFrame(show);
    root.replaceChildren(
      element("div", { class: "vae-pair" }, ...sheets.map(function (s) { return s.node; })),
      element("div", { class: "vae-narrow" },
        slider("noise", [0, 6, 0.1], 1, function (x) { return "σ = " + number(x); },
          function (x) { state.width = x; later(); }).node,
        element("div", { class: "vae-buttons" }, button("New noise", function () {
          state.noise = fresh();
          later();
        })),
        says)
    );
    show();
  };

  /** One model trained with several weights β of the KL divergence, each loaded when chosen. */
  panels.beta = function (root, models, names) {
    var start = names.indexOf(models[0].name);
    var betas = names.map(function (name) {
      return name.indexOf("beta-") < 0 ? "1" : name.replace(/.*beta-/, "");
    });
    var state = { model: models[0], chosen: start, noise: fresh() };
    var says = sayer();
    var size = models[0].size;
    function fresh() {
      return Array.from({ length: 16 }, function () { return noise(models[0].latentDim); });
    }
    var samples = strip(size, 4, 4, "vae-sheet");
    var copies = strip(size, 2, 8, "vae-sheet");
    function show() {
      var model = state.model;
      samples.put(state.noise.map(function (z) { return VAE.decode(model, z); }),
        "Sixteen images decoded from noise, β = " + betas[state.chosen]);
      var eight = model.examples.labels.map(function (_, i) { return i; }).filter(function (i) {
        return i % model.examples.each === 0;
      }).slice(0, 8);
      var images = exampleImages(model);
      copies.put(eight.map(function (i) { return images[i]; }).concat(eight.map(function (i) {
        return VAE.decode(model, model.examples.codes[i]);
      })), "Eight test images, and below each what the decoder makes of its code");
      says.say("β = " + betas[state.chosen] + ": reconstruction " +
        number(model.losses.reconstruction_loss) + " nats an image, KL divergence " +
        number(model.losses.kl_loss) + " nats (test images)");
    }
    var later = oncePerFrame(show);
    var beta = slider("β", [0, names.length - 1, 1], start,
      function (i) { return "β = " + betas[i]; },
      function (i) {
        state.chosen = i;
        withModels([names[i]], function (found) {
          if (state.chosen !== i) return; // the slider is elsewhere by now
          state.model = found[0];
          later();
        }, function () { says.say("The model of β = " + betas[i] + " could not be loaded"); });
      });
    root.replaceChildren(
      beta.node,
      element("div", { class: "vae-pair vae-beta" },
        element("div", {},
          element("figure", { class: "vae-figure" }, copies.node,
            element("figcaption", {}, "test images, and their reconstructions")),
          says),
        element("div", {},
          element("figure", { class: "vae-figure" }, samples.node,
            element("figcaption", {}, "decoded from noise")),
          element("div", { class: "vae-buttons" }, button("New noise", function () {
            state.noise = fresh();
            later();
          }))))
    );
    show();
  };

  // --- start -------------------------------------------------------------------------------------

  function start(root) {
    var names = root.dataset.model.split(" ");
    var first = root.dataset.first ? [root.dataset.first] : names;
    withModels(first, function (models) {
      panels[root.dataset.vae](root, models, names);
      root.dataset.ready = "yes";
    }, function (name) {
      root.append(element("p", { role: "alert" }, "models/" + name + ".js could not be loaded: " +
        "the page stands alone only together with its folder."));
    });
  }

  function startAll() {
    document.querySelectorAll("[data-vae]:not([data-ready])").forEach(start);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startAll);
  else startAll();
})();
