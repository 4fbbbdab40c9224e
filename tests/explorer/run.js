// Ask the page's own scripts: node run.js vae.js MODEL.js … < questions.json > answers.json
"use strict";
const fs = require("fs");
const vm = require("vm");

process.argv.slice(2).forEach((path) => vm.runInThisContext(fs.readFileSync(path, "utf8")));

const ask = {
  decode: (q) => q.z.map((z) => Array.from(VAE.decode(VAE.models[q.model], z))),
  encode: (q) => q.images.map((x) => VAE.encode(VAE.models[q.model], Float32Array.from(x))),
  likeMnist: (q) => Array.from(VAE.likeMnist(q.ink, q.width, q.height) || []),
  // Milliseconds of each picture, the first ones not counted: the engine compiles them.
  time: (q) => {
    const model = VAE.models[q.model];
    const once = (z) => {
      const start = process.hrtime.bigint();
      VAE.decode(model, z);
      return Number(process.hrtime.bigint() - start) / 1e6;
    };
    q.z.forEach(once);
    return q.z.map(once);
  },
};
const questions = JSON.parse(fs.readFileSync(0, "utf8"));
fs.writeFileSync(1, JSON.stringify(questions.map((q) => ask[q.ask](q))));
