import { expect, it } from 'vitest';
import { selectTypes, typeSelectors } from '../../src/events/index.ts';

it.each([
  ['scan_completed', ['scan_completed']],
  ['scan.completed', ['scan_completed']],
  ['correlation_found', ['correlation_completed']],
  ['alert.*', ['alert.critical', 'alert.high', 'alert.medium', 'alert.low', 'alert.info']],
  ['alert', ['alert.critical', 'alert.high', 'alert.medium', 'alert.low', 'alert.info']],
])('selectTypes(%j) returns %j', (selector, types) => {
  expect(selectTypes(selector)?.types.toSorted()).toEqual(types.toSorted());
});

it("selectTypes() of a category covers the guide's types, dotted types, and unknown types with its prefix", () => {
  const selection = selectTypes('finding.*');
  expect(selection?.types).toEqual(expect.arrayContaining(['high_risk_event', 'finding.new']));
  expect(selection?.covers('finding.made_up')).toBe(true);
  expect(selection?.covers('scan_started')).toBe(false);
});

it('selectTypes() accepts exactly the names of typeSelectors()', () => {
  expect(typeSelectors().filter((name) => selectTypes(name) === undefined)).toEqual([]);
  for (const name of ['alert.hgh', 'nonsense.*', '', '__proto__']) expect(selectTypes(name)).toBeUndefined();
});
