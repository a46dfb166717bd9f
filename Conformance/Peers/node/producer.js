// Adds jobs through the official Node package. The protocol is described in ../README.md.
'use strict';

const peer = require('./peer.js');
const { FlowProducer, Queue } = peer.bullmq();

const tree = node => ({ id: node.job.id, children: (node.children ?? []).map(tree) });

async function main() {
  const options = peer.base(peer.options());
  const queues = new Map();
  let flows;

  const queue = name => {
    if (!queues.has(name)) queues.set(name, new Queue(name, options));
    return queues.get(name);
  };

  peer.say({ ready: true });
  for await (const command of peer.commands()) {
    try {
      if (command.flow) {
        flows ??= new FlowProducer(options);
        peer.say({ flow: tree(await flows.add(command.flow)) });
      } else if (command.bulk) {
        const jobs = await queue(command.queue).addBulk(command.bulk);
        peer.say({ ids: jobs.map(job => job.id) });
      } else {
        const job = await queue(command.queue).add(command.name, command.data, command.opts ?? {});
        peer.say({ ids: [job.id] });
      }
    } catch (error) {
      peer.say({ error: peer.describe(error) });
    }
  }
  await Promise.all([...queues.values()].map(each => each.close()));
  await flows?.close();
}

main();
