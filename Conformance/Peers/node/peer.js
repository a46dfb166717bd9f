// What the Node peers share: the package, their arguments, and JSON lines in and out.
'use strict';

const readline = require('node:readline');
const { parseArgs } = require('node:util');

/** The official package, found through NODE_PATH or a local install. */
function bullmq() {
  try {
    return require('bullmq');
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    console.error("Node package 'bullmq' not found: set NODE_PATH or install it beside the peers");
    process.exit(69);
  }
}

/** The peer's options; `more` adds to those all peers take. */
function options(more = {}) {
  const { values } = parseArgs({
    options: { redis: { type: 'string' }, prefix: { type: 'string', default: 'bull' }, ...more },
  });
  return values;
}

/** The options every object of the package takes. Blocking connections need endless retries. */
function base(values, more = {}) {
  const address = new URL(values.redis);
  const connection =
    address.protocol === 'unix:'
      ? { path: decodeURIComponent(address.pathname) }
      : {
          host: address.hostname,
          port: Number(address.port || 6379),
          username: decodeURIComponent(address.username) || undefined,
          password: decodeURIComponent(address.password) || undefined,
          db: Number(address.pathname.slice(1) || 0),
          tls: address.protocol === 'rediss:' ? {} : undefined,
        };
  return { connection: { ...connection, maxRetriesPerRequest: null }, prefix: values.prefix, ...more };
}

/** Writes one line of JSON. */
function say(message) {
  process.stdout.write(JSON.stringify(message) + '\n');
}

/** An error as it is told to the suite. */
function describe(error) {
  return { type: error.name, message: error.message };
}

/** The lines of standard input, parsed. */
async function* commands() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (line.trim()) yield JSON.parse(line);
  }
}

module.exports = { base, bullmq, commands, describe, options, say };
