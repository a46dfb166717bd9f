// Works a queue through the official Node package, with behaviour scripted by job name: see ../README.md.
'use strict';

const peer = require('./peer.js');
const { DelayedError, Queue, UnrecoverableError, WaitingChildrenError, Worker } = peer.bullmq();

const EVENTS = [
  'ready', 'active', 'completed', 'failed', 'progress', 'stalled', 'drained', 'error', 'closing', 'closed',
];

// What every object of the package takes; known once the arguments are read.
let base;

// Opens once and for all when the suite says "release".
let release;
const released = new Promise(resolve => (release = resolve));

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
const who = job => ({ by: 'node', attempt: job.attemptsMade + 1 });

const behaviours = {
  echo: job => job.data,
  value: job => job.data.value,
  who,

  fail(job) {
    const attempt = job.attemptsMade + 1;
    if (attempt <= job.data.times) throw new Error(job.data.message ?? `node attempt ${attempt}`);
    return who(job);
  },

  unrecoverable(job) {
    throw new UnrecoverableError(job.data.message ?? 'node gives up');
  },

  async progress(job) {
    for (const value of job.data.progress ?? []) await job.updateProgress(value);
    for (const row of job.data.logs ?? []) await job.log(row);
    return 'done';
  },

  async slow(job) {
    await sleep(job.data.ms);
    return job.data.ms;
  },

  hang: () => new Promise(() => {}),

  async hold(job) {
    await released;
    return who(job);
  },

  async update(job) {
    await job.updateData(job.data.next);
    return 'updated';
  },

  async postpone(job, token) {
    if (job.attemptsStarted > 1) return who(job);
    await job.moveToDelayed(Date.now() + job.data.ms, token);
    throw new DelayedError('postponed');
  },

  gather: job => job.getChildrenValues(),

  async divide(job, token) {
    if (job.attemptsStarted === 1) {
      const queue = new Queue(job.data.queue, base);
      const parent = { id: job.id, queue: job.queueQualifiedName };
      for (const part of job.data.parts) await queue.add('value', { value: part }, { parent });
      await queue.close();
      if (await job.moveToWaitingChildren(token)) throw new WaitingChildrenError('divided');
    }
    return job.getChildrenValues();
  },
};

async function process_(job, token) {
  const { id, name, attemptsMade, attemptsStarted } = job;
  peer.say({ processing: id, name, attemptsMade, attemptsStarted });
  return (behaviours[name] ?? behaviours.echo)(job, token);
}

/** Tells the suite of an event, whatever its arguments are. */
function announce(event, ...values) {
  const message = { event };
  for (const value of values) {
    if (value instanceof Error) message.reason = value.message;
    else if (value !== null && typeof value === 'object' && 'attemptsMade' in value) {
      Object.assign(message, { id: value.id, name: value.name, attemptsMade: value.attemptsMade });
    } else (message.values ??= []).push(value);
  }
  peer.say(message);
}

async function main() {
  const values = peer.options({ queue: { type: 'string' }, options: { type: 'string', default: '{}' } });
  base = peer.base(values);
  const worker = new Worker(values.queue, process_, peer.base(values, JSON.parse(values.options)));
  for (const event of EVENTS) worker.on(event, (...args) => announce(event, ...args));

  let closing;
  const close = force => (closing ??= worker.close(force));
  process.on('SIGTERM', async () => {
    await close(false);
    process.exit(0);
  });

  peer.say({ ready: true });
  let force = false;
  for await (const command of peer.commands()) {
    if (command.do === 'close') {
      force = command.force ?? false;
      break;
    }
    if (command.do === 'pause') await worker.pause();
    if (command.do === 'resume') await worker.resume();
    if (command.do === 'release') release();
    peer.say({ done: command.do });
  }
  await close(force);
  peer.say({ closed: true });
  process.exit(0);
}

main();
