import type { CounterName, GaugeName, HistogramName, LabelsOf } from './table.ts';

/**
 * The metrics of a library. Each function creates a series with the value 0, and returns a function that changes the
 * series. Create a series once and keep its function: a library that looks up a series by its labels takes longer than the
 * rest of a delivery's metrics.
 */
export interface Instruments {
  counter<Name extends CounterName>(metric: Name, labels: LabelsOf<Name>): Add;
  histogram<Name extends HistogramName>(metric: Name, labels: LabelsOf<Name>): RecordValue;
  gauge<Name extends GaugeName>(metric: Name, labels: LabelsOf<Name>): SetValue;
}

/** Increase a counter, by 1 if no amount is passed. */
type Add = (amount?: number) => void;

/** Record a value in a histogram. */
export type RecordValue = (value: number) => void;

/** Set a gauge. `undefined` removes its series, because an old value would be taken for a current one. */
type SetValue = (value: number | undefined) => void;
