export type { Conclusion } from './conclusion.ts';
export { type Diagnosis, diagnose } from './diagnose.ts';
export type { Evidence } from './evidence.ts';
export type { Mistake } from './mistakes/mistake.ts';
export { diagnoseNotation, type NotationDiagnosis } from './notation.ts';
export type { Found } from './search/search.ts';
export type { Step } from './steps/step.ts';
