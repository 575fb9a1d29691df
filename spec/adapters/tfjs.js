// TensorFlow.js, as a program that answers as docs/exec.md says: tf.moments and tf.batchNorm, gradients by tf.grads.

const fs = require("fs");
const tf = require("@tensorflow/tfjs");

const CAPS = { dtypes: ["float32"], accumulate: "any", least: 1, attributes: "float32" };

let waiting = Buffer.alloc(0);

function more() {
  const part = Buffer.alloc(1 << 20);
  let got = 0;
  try {
    got = fs.readSync(0, part, 0, part.length, null);
  } catch (error) {
    if (error.code !== "EAGAIN" && error.code !== "EOF") throw error;
    if (error.code === "EAGAIN") return;
  }
  if (got === 0) process.exit(0);
  waiting = Buffer.concat([waiting, part.subarray(0, got)]);
}

function taken(count) {
  while (waiting.length < count) more();
  const found = waiting.subarray(0, count);
  waiting = waiting.subarray(count);
  return found;
}

function line() {
  while (!waiting.includes(10)) more();
  return JSON.parse(taken(waiting.indexOf(10) + 1).toString());
}

// The operands of a call, as tensors with the channel last, which batchNorm wants.
function operands(header) {
  const named = {};
  for (const each of header.arrays) {
    const memory = Uint8Array.from(taken(each.bytes)).buffer;
    named[each.name] = [new Float32Array(memory), each.shape];
  }
  return named;
}

function layer(header, named) {
  const [, shape] = named.x;
  const axes = [0, ...[...shape.keys()].slice(2), 1];
  const rows = tf.transpose(tf.tensor(named.x[0], shape), axes);
  const channels = header.channels;
  const one = (name, value) =>
    name in named ? tf.tensor(named[name][0], [channels]) : tf.fill([channels], value);
  const flat = tf.reshape(rows, [-1, channels]);
  const back = (y) => {
    const there = tf.reshape(y, rows.shape);
    return tf.transpose(there, axes.map((_, axis) => axes.indexOf(axis))).dataSync();
  };
  const apply = (x, gamma, beta) => {
    let mean, variance;
    if ("mean" in named) [mean, variance] = [one("mean", 0), one("var", 1)];
    else ({ mean, variance } = tf.moments(x, [0]));
    return tf.batchNorm(x, mean, variance, beta, gamma, header.numbers.eps);
  };
  return { flat, gamma: one("gamma", 1), beta: one("beta", 0), apply, back, axes, shape };
}

const calls = {
  forward(header, named) {
    const { flat, gamma, beta, apply, back } = layer(header, named);
    const { mean, variance } = tf.moments(flat, [0]);
    return { y: back(apply(flat, gamma, beta)), mean: mean.dataSync(), var: variance.dataSync() };
  },
  inference(header, named) {
    const { flat, gamma, beta, apply, back } = layer(header, named);
    return { y: back(apply(flat, gamma, beta)) };
  },
  backward(header, named) {
    const { flat, gamma, beta, apply, back, axes, shape } = layer(header, named);
    const dy = tf.reshape(tf.transpose(tf.tensor(named.dy[0], shape), axes), flat.shape);
    const [dx, dgamma, dbeta] = tf.grads(apply)([flat, gamma, beta], dy);
    return { dx: back(dx), dgamma: dgamma.dataSync(), dbeta: dbeta.dataSync() };
  },
};
calls.inference_backward = calls.backward;

function written(header, memory) {
  const whole = Buffer.concat([Buffer.from(JSON.stringify(header) + "\n"), ...memory]);
  for (let at = 0; at < whole.length; ) {
    try {
      at += fs.writeSync(1, whole, at);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

tf.setBackend("cpu");
for (;;) {
  const header = line();
  if (header.method === "describe") {
    written({ name: `tfjs ${tf.version.tfjs}`, methods: Object.keys(calls), caps: CAPS }, []);
    continue;
  }
  const named = operands(header);
  try {
    const found = tf.tidy(() => calls[header.method](header, named));
    const arrays = Object.keys(found).map((name) => ({ name, dtype: "float32" }));
    written({ arrays }, Object.values(found).map((each) => Buffer.from(each.buffer, each.byteOffset, each.byteLength)));
  } catch (error) {
    written({ error: String(error) }, []);
  }
}
