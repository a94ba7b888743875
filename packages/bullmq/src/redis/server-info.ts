/** The fields of `INFO`, by name. */
export type ServerInfo = ReadonlyMap<string, string>;

/** Read the reply of `INFO`. */
export function readInfo(text: string): ServerInfo {
  const fields = text.split('\n').map((line) => {
    const [, name = '', value = ''] = /^([^:#]+):(.*?)\r?$/.exec(line) ?? [];
    return [name, value] as const;
  });
  return new Map(fields);
}

/** Return a field that is a number. 0 if the server does not have it. */
export function numberIn(info: ServerInfo, name: string): number {
  const value = Number(info.get(name));
  return Number.isFinite(value) ? value : 0;
}
