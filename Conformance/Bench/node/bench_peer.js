// The official Node package as one side of the benchmark. Commands and answers are those of ../python/bench_peer.py.
'use strict';

const peer = require('../../Peers/node/peer.js');
const { Queue, Worker } = peer.bullmq();

const data = index => ({ file: 'photos/2024/05/harbour.jpg', width: 1280, index });

async function add(queue, { jobs, inFlight = 1 }) {
  let next = 0;
  const addSome = async () => {
    while (next < jobs) await queue.add('noop', data(next++));
  };
  await Promise.all(Array.from({ length: inFlight }, addSome));
}

async function addBulk(queue, { jobs, size, inFlight = 1 }) {
  let next = 0;
  const callAfterCall = async () => {
    while (next < jobs) {
      const start = next;
      next += size;
      const length = Math.min(size, jobs - start);
      await queue.addBulk(Array.from({ length }, (_, i) => ({ name: 'noop', data: data(start + i) })));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, callAfterCall));
}

async function processAll(options, { queue, jobs, concurrency }) {
  const worker = new Worker(queue, async () => null, { ...options, concurrency });
  let left = jobs;
  await new Promise(resolve => worker.on('completed', () => --left === 0 && resolve()));
  return worker;
}

/** Runs a scenario; what has to be closed afterwards is handed back, so that closing is not measured. */
async function run(options, command) {
  if (command.scenario === 'process') return processAll(options, command);
  const queue = new Queue(command.queue, options);
  await (command.scenario === 'addBulk' ? addBulk : add)(queue, command);
  return queue;
}

async function main() {
  const [redis, prefix = 'bull'] = process.argv.slice(2);
  const options = peer.base({ redis, prefix });
  peer.say({ ready: true });
  for await (const command of peer.commands()) {
    const before = process.resourceUsage();
    const start = process.hrtime.bigint();
    const used = await run(options, command);
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    const after = process.resourceUsage();
    peer.say({
      jobs: command.jobs,
      seconds,
      cpu_user: (after.userCPUTime - before.userCPUTime) / 1e6,
      cpu_sys: (after.systemCPUTime - before.systemCPUTime) / 1e6,
      maxrss_kb: after.maxRSS,
    });
    await used.close();
  }
}

main();
