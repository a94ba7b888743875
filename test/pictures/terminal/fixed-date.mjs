// Loaded before the command: its clock begins at a fixed time, so that two pictures show the same times.
const offset = Date.parse('2026-03-04T09:00:00Z') - Date.now();
const RealDate = Date;

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + offset);
    else super(...parts);
  }

  static now() {
    return RealDate.now() + offset;
  }
};
