import { afterAll, expect, it } from 'vitest';
import { stopPrograms } from '../product/support/program.ts';
import { batter, type Round } from './support/batter.ts';
import { describeSharedEngines } from './support/engines/shared-engines.ts';
import { judgeRounds, minutes, seeded } from './support/rounds.ts';
import { judge } from './support/verdict.ts';

afterAll(stopPrograms);

const rounds: readonly (Round & { readonly name: string })[] = [
  { name: 'a queue that two receivers share', mode: 'queue', processes: 2, kills: 2 },
  {
    name: 'a queue that three receivers share',
    mode: 'queue',
    processes: 3,
    kills: 1,
    settings: { failFirst: 1 },
  },
  { name: 'a log that two receivers share', mode: 'log', processes: 2, kills: 1 },
];

/** Connections take longer to open than a file. */
const uptime = [300, 1500] as const;

describeSharedEngines((engine) => {
  const possible = rounds.filter(({ mode }) => mode === 'queue' || engine.name === 'postgres');
  const timeout = minutes * 60_000 + 120_000;

  it.each(possible)('loses no delivery of $name after repeated SIGKILL', { timeout }, (round) =>
    judgeRounds(
      { ...round, uptime, name: `${engine.name}, ${round.name}`, newPlace: () => engine.server.newPlace() },
      minutes / possible.length,
    ),
  );

  it('loses deliveries of a receiver that acknowledges before it stores', async () => {
    const random = seeded();
    const settings = { variant: 'answers-first' };
    const newPlace = () => engine.server.newPlace();
    let lost = 0;
    for (let round = 0; lost === 0 && round < 10; round++) {
      const { evidence } = await batter(
        { mode: 'queue', processes: 2, kills: 3, settings, newPlace },
        random,
      );
      ({ lost } = judge(evidence));
      console.log(
        `${engine.name}, acknowledged before it is stored: ${evidence.sent.acknowledged.size} acknowledged, ${lost} lost`,
      );
    }
    expect(lost).toBeGreaterThan(0);
  });
});
