/* The models of the course in the browser: a few dozen lines are enough to run them.
 *
 * An image is a Float32Array of pixels in [0, 1], row by row; a code z is a list of numbers.
 * A model is what vae_helpers/web/export.py writes: lists of layers with rounded weights.
 * This is a classic script, without modules and fetch: so it also runs from file://.
 */
var VAE = (function () {
  "use strict";

  var models = {};

  /** A model's own script calls this: VAE.register({name: "mnist-vae", decoder: […], …}). */
  function register(model) {
    models[model.name] = model;
  }

  // --- numbers -----------------------------------------------------------------------------

  var DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  var VALUE = new Uint8Array(128);
  for (var d = 0; d < 64; d++) VALUE[DIGITS.charCodeAt(d)] = d;

  /** Weights from whole numbers and one scale: w = scale × integer.
   *
   * The integers are written to base 64, a character a digit, and raised by half of what the
   * digits can hold, so that none is negative. All lowest digits come first, then the next ones:
   * the highest digits are mostly alike, and what stands together gzip can shorten.
   */
  function numbers(tensor) {
    var n = tensor.data.length / tensor.digits;
    var half = Math.pow(64, tensor.digits) / 2;
    var result = new Float32Array(n);
    for (var i = 0; i < n; i++) {
      var integer = 0;
      for (var place = tensor.digits - 1; place >= 0; place--) {
        integer = 64 * integer + VALUE[tensor.data.charCodeAt(place * n + i)];
      }
      result[i] = tensor.scale * (integer - half);
    }
    return result;
  }

  /** Unpack a layer's weights when they are first needed, once. */
  function unpacked(layer) {
    if (!layer.w) {
      layer.w = numbers(layer.weights);
      layer.b = numbers(layer.bias);
      delete layer.weights;
      delete layer.bias;
    }
    return layer;
  }

  // --- layers ------------------------------------------------------------------------------

  /** Add to y[at … at + count − 1] the products of `count` rows of w with x[from … from + n − 1].
   *
   * All that a network computes happens here. Four rows go at a time: a number of x that was
   * fetched serves four sums, and four sums do not wait for each other. That alone makes it
   * twice as fast.
   */
  function addProducts(y, at, count, w, row, x, from, n) {
    var o = 0;
    for (; o + 4 <= count; o += 4) {
      var r0 = (row + o) * n, r1 = r0 + n, r2 = r1 + n, r3 = r2 + n;
      var s0 = 0, s1 = 0, s2 = 0, s3 = 0;
      for (var i = 0; i < n; i++) {
        var v = x[from + i];
        s0 += v * w[r0 + i];
        s1 += v * w[r1 + i];
        s2 += v * w[r2 + i];
        s3 += v * w[r3 + i];
      }
      y[at + o] += s0;
      y[at + o + 1] += s1;
      y[at + o + 2] += s2;
      y[at + o + 3] += s3;
    }
    for (; o < count; o++) {
      var sum = 0;
      for (var j = 0; j < n; j++) sum += x[from + j] * w[(row + o) * n + j];
      y[at + o] += sum;
    }
  }

  /** y = W x + b, every output from every input. */
  function dense(layer, x) {
    var y = Float32Array.from(layer.b);
    addProducts(y, 0, y.length, layer.w, 0, x, 0, x.length);
    return y;
  }

  /** Convolution, or its transpose: of each output pixel, the sum over the pixels it looks at.
   *
   * A convolution with stride s looks at the inputs s·output + k − pad, k within the kernel. Its
   * transpose looks the other way: the inputs for which s·input + k − pad is this output. So a
   * stride of 2 halves an image in the encoder, and in the decoder doubles it.
   */
  function convolution(layer, x) {
    var H = layer.input[0], W = layer.input[1], inputs = layer.input[2];
    var height = layer.output[0], width = layer.output[1], outputs = layer.output[2];
    var y = new Float32Array(height * width * outputs);
    for (var r = 0; r < height; r++) {
      for (var c = 0; c < width; c++) {
        var at = (r * width + c) * outputs;
        y.set(layer.b, at);
        for (var i = 0; i < layer.kernel[0]; i++) {
          var fromRow = source(layer, r, i, 0, H);
          if (fromRow < 0) continue;
          for (var j = 0; j < layer.kernel[1]; j++) {
            var fromColumn = source(layer, c, j, 1, W);
            if (fromColumn < 0) continue;
            var row = (i * layer.kernel[1] + j) * outputs;
            var from = (fromRow * W + fromColumn) * inputs;
            addProducts(y, at, outputs, layer.w, row, x, from, inputs);
          }
        }
      }
    }
    return y;
  }

  /** The input row (or column) that output `o` sees through place `k` of the kernel, or −1. */
  function source(layer, o, k, axis, size) {
    var i;
    if (layer.kind === "convolution") {
      i = o * layer.stride + k - layer.pad[axis];
    } else {
      i = o - k + layer.pad[axis];
      if (i % layer.stride !== 0) return -1; // falls between two inputs
      i /= layer.stride;
    }
    return i < size ? i : -1; // a negative i is outside as well
  }

  /** ReLU keeps what is positive; a leaky one lets a part of the rest through. */
  function rectify(y, slope) {
    for (var i = 0; i < y.length; i++) if (y[i] < 0) y[i] *= slope;
    return y;
  }

  /** Send x through the layers, one after the other. */
  function run(layers, x) {
    return layers.reduce(function (h, layer) {
      unpacked(layer);
      var y = layer.kind === "dense" ? dense(layer, h) : convolution(layer, h);
      return layer.slope === undefined ? y : rectify(y, layer.slope);
    }, x);
  }

  // --- models ------------------------------------------------------------------------------

  /** p(x|z): the probability of each pixel to be lit. */
  function decode(model, z) {
    var logits = run(model.decoder, Float32Array.from(z));
    for (var i = 0; i < logits.length; i++) logits[i] = 1 / (1 + Math.exp(-logits[i]));
    return logits;
  }

  /** q(z|x): mean and logarithm of the variance, which an autoencoder does not have (null). */
  function encode(model, image) {
    var code = Array.from(run(model.encoder, image));
    var n = model.latentDim;
    return { mean: code.slice(0, n), logVar: code.length > n ? code.slice(n) : null };
  }

  // --- a drawing as the encoder knows images ---------------------------------------------------

  /** Bring a drawing into the form of MNIST, the only form that the encoder knows.
   *
   * The ink's box is shrunk to 20×20 without distorting it, every new pixel the mean of what it
   * covers; then the centre of mass goes to the middle of 28×28.
   *
   * @param ink numbers in [0, 1], `width` × `height`, row by row
   * @returns 784 pixels, or null where there is no ink
   */
  function likeMnist(ink, width, height) {
    var box = inkBox(ink, width, height);
    if (!box) return null;
    var scale = 20 / Math.max(box.right - box.left, box.bottom - box.top);
    var mass = centreOfMass(ink, width, box);
    var image = new Float32Array(784);
    // Pixel c covers what lies left and right of it in the drawing, seen from the centre of mass.
    for (var r = 0; r < 28; r++) {
      for (var c = 0; c < 28; c++) {
        image[28 * r + c] = meanOver(
          ink, width, height,
          mass.x + (c - 14) / scale, mass.x + (c - 13) / scale,
          mass.y + (r - 14) / scale, mass.y + (r - 13) / scale
        );
      }
    }
    return image;
  }

  function inkBox(ink, width, height) {
    var box = { left: width, right: 0, top: height, bottom: 0 };
    for (var y = 0; y < height; y++) {
      for (var x = 0; x < width; x++) {
        if (ink[y * width + x] > 0.1) {
          box.left = Math.min(box.left, x);
          box.right = Math.max(box.right, x + 1);
          box.top = Math.min(box.top, y);
          box.bottom = y + 1;
        }
      }
    }
    return box.right > box.left ? box : null;
  }

  function centreOfMass(ink, width, box) {
    var mass = 0, mx = 0, my = 0;
    for (var y = box.top; y < box.bottom; y++) {
      for (var x = box.left; x < box.right; x++) {
        var m = ink[y * width + x];
        mass += m;
        mx += m * (x + 0.5);
        my += m * (y + 0.5);
      }
    }
    return { x: mx / mass, y: my / mass };
  }

  /** Mean of the ink over a rectangle whose sides need not lie between pixels. */
  function meanOver(ink, width, height, x0, x1, y0, y1) {
    var sum = 0;
    for (var y = Math.max(0, Math.floor(y0)); y < Math.min(height, y1); y++) {
      var dy = Math.min(y + 1, y1) - Math.max(y, y0);
      for (var x = Math.max(0, Math.floor(x0)); x < Math.min(width, x1); x++) {
        sum += ink[y * width + x] * dy * (Math.min(x + 1, x1) - Math.max(x, x0));
      }
    }
    return sum / ((x1 - x0) * (y1 - y0));
  }

  return {
    models: models,
    register: register,
    numbers: numbers,
    run: run,
    decode: decode,
    encode: encode,
    likeMnist: likeMnist,
  };
})();
