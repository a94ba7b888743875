export {
  createDiagnosisThread,
  type DiagnosisThread,
  type DiagnosisThreadOptions,
  type ThreadDiagnosis,
  type ThreadFailure,
} from './diagnosis-thread.ts';
