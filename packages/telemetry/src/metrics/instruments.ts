import type { CounterName, GaugeName, HistogramName, LabelsOf } from './table.ts';

/** The metrics of a library. */
export interface Instruments {
  add<Name extends CounterName>(metric: Name, labels: LabelsOf<Name>, amount?: number): void;
  record<Name extends HistogramName>(metric: Name, labels: LabelsOf<Name>, seconds: number): void;
  set<Name extends GaugeName>(metric: Name, labels: LabelsOf<Name>, value: number): void;
  /** Create a series of a histogram without values. */
  prepare<Name extends HistogramName>(metric: Name, labels: LabelsOf<Name>): void;
}
