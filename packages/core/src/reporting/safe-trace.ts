import type { Outcome } from '../outcome/outcome.ts';
import type {
  DeliveryTrace,
  DeliveryTracer,
  HandlerTrace,
  TraceDetails,
  TraceSpan,
  TraceStart,
} from './delivery-tracer.ts';

/** A part of a delivery whose tracer cannot disturb it. */
export interface SafeSpan {
  /** Run code within this part. Returns the result of the code, and throws only the errors of the code. */
  run<Result>(code: () => Result): Result;
  readonly logFields: Readonly<Record<string, string>> | undefined;
}

interface SafeHandlerTrace extends SafeSpan {
  end(succeeded: boolean, error: unknown): void;
}

export interface SafeTrace extends SafeSpan {
  /** The context to store with the delivery. */
  readonly stored: string | undefined;
  handler(name: string): SafeHandlerTrace | undefined;
  end(outcome: Outcome, details: TraceDetails): void;
}

/** Begin a trace. @param report gets the errors of the tracer */
export function beginTrace(
  tracer: DeliveryTracer,
  start: TraceStart,
  report: (error: unknown) => void,
): SafeTrace | undefined {
  try {
    const trace = tracer.begin(start);
    return trace && new Trace(trace, report);
  } catch (error) {
    report(error);
    return undefined;
  }
}

// Each method catches errors on its own. It runs for every traced request, and a shared wrapper would be too slow.

class Span<Traced extends TraceSpan> implements SafeSpan {
  protected readonly traced: Traced;
  protected readonly report: (error: unknown) => void;

  constructor(traced: Traced, report: (error: unknown) => void) {
    this.traced = traced;
    this.report = report;
  }

  run<Result>(code: () => Result): Result {
    const once = new Once(code);
    try {
      this.traced.run(once.run);
    } catch (error) {
      this.report(error);
    }
    return once.result();
  }

  get logFields(): Readonly<Record<string, string>> | undefined {
    try {
      return this.traced.logFields;
    } catch (error) {
      this.report(error);
      return undefined;
    }
  }
}

class Handler extends Span<HandlerTrace> implements SafeHandlerTrace {
  end(succeeded: boolean, error: unknown): void {
    try {
      this.traced.end(succeeded, error);
    } catch (failure) {
      this.report(failure);
    }
  }
}

class Trace extends Span<DeliveryTrace> implements SafeTrace {
  get stored(): string | undefined {
    try {
      const { stored } = this.traced;
      return stored !== undefined && storable.test(stored) ? stored : undefined;
    } catch (error) {
      this.report(error);
      return undefined;
    }
  }

  handler(name: string): SafeHandlerTrace | undefined {
    try {
      const handler = this.traced.handler(name);
      return handler && new Handler(handler, this.report);
    } catch (error) {
      this.report(error);
      return undefined;
    }
  }

  end(outcome: Outcome, details: TraceDetails): void {
    try {
      this.traced.end(outcome, details);
    } catch (error) {
      this.report(error);
    }
  }
}

const storable = /^[\x20-\x7e]{1,1000}$/;

/** Code that runs once, even if a tracer calls it several times. */
class Once<Result> {
  readonly #code: () => Result;
  #ended: { readonly value: Result } | { readonly error: unknown } | undefined;

  constructor(code: () => Result) {
    this.#code = code;
  }

  readonly run = (): void => {
    if (this.#ended !== undefined) return;
    try {
      this.#ended = { value: this.#code() };
    } catch (error) {
      this.#ended = { error };
    }
  };

  /** Return the result of the code, or throw its error. A tracer that fails may not have run the code. */
  result(): Result {
    this.run();
    const ended = this.#ended;
    if (ended !== undefined && 'value' in ended) return ended.value;
    throw ended?.error;
  }
}
