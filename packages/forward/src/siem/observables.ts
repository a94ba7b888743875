import { isIP } from 'node:net';
import { type Data, isData } from '../events/event-data.ts';
import { wellFormed } from '../text/clean-text.ts';

export type ObservableKind = 'hostname' | 'ip' | 'subnet' | 'email' | 'url' | 'hash';

/** A value by which an analyst searches for related events. */
export interface Observable {
  readonly kind: ObservableKind;
  readonly value: string;
  /** The path of the value in `data`: `target`, `context.hosts[1]`. */
  readonly path: string;
}

/** Limits against an event that is crafted to be expensive. A real finding has few members. */
const limits = { observables: 100, values: 2000, depth: 8, length: 2048 };

/** Find the hosts, addresses, URLs and hashes in an event's data, at any depth, each once. */
export function observablesIn(data: Data): readonly Observable[] {
  const found = new Map<string, Observable>();
  let valuesLeft = limits.values;

  function visit(value: unknown, member: Member, depth: number): void {
    valuesLeft -= 1;
    if (valuesLeft < 0 || found.size >= limits.observables) return;
    if (typeof value === 'string') {
      for (const [kind, text] of isCandidate(value) ? observed(value, member) : []) {
        const key = `${kind} ${text.toLowerCase()}`;
        if (!found.has(key)) found.set(key, { kind, value: text, path: member.path });
      }
    } else if (depth < limits.depth) {
      for (const [child, place] of membersOf(value, member)) visit(child, place, depth + 1);
    }
  }

  visit(data, { name: '', path: '', type: '' }, 0);
  return [...found.values()];
}

/** The place where a value was found. */
interface Member {
  /** Its key; for an item of a list, the key of the list. */
  readonly name: string;
  readonly path: string;
  /** SpiderFoot's type of the value: `MALICIOUS_IPADDR`. */
  readonly type: string;
}

function* membersOf(value: unknown, { name, path, type }: Member): Generator<readonly [unknown, Member]> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      // Skip cheaply: a scan lists hundreds of modules.
      if (typeof item === 'string' && !isCandidate(item)) continue;
      yield [item, { name, path: `${path}[${index}]`, type }];
    }
  } else if (isData(value)) {
    const ownType = value.event_type ?? value.type;
    for (const [key, child] of Object.entries(value)) {
      const place = path === '' ? key : `${path}.${key}`;
      yield [child, { name: key, path: place, type: typeof ownType === 'string' ? ownType : '' }];
    }
  }
}

type Found = readonly [kind: ObservableKind, value: string];

/** Return whether a value may be an observable. Most values, such as module names, states and ids, cannot be one. */
function isCandidate(text: string): boolean {
  return text.length <= limits.length && (text.length >= shortestHash || /[.:@]/.test(text));
}

function observed(text: string, member: Member): readonly Found[] {
  const trimmed = wellFormed(text).trim();
  const kind = kindOf(trimmed, member);
  if (kind !== undefined) return [[kind, trimmed]];
  return member.name === 'data' ? observedInProse(trimmed, member) : [];
}

/**
 * Find observables in text. SpiderFoot's modules write findings as prose: `AbuseIPDB [192.0.2.66]`, `192.0.2.1:443`. An
 * `<SFURL>` element links to the source of the report, and is not part of the finding.
 */
function observedInProse(text: string, member: Member): readonly Found[] {
  const prose = text.replace(/<SFURL>[^<]*<\/SFURL>/gi, ' ');
  const named = [...prose.matchAll(/\[([^[\]\s]+)\]/g)].flatMap(([, name = '']): Found[] =>
    isHostname(name) ? [['hostname', name]] : [],
  );
  const words = prose.split(/[\s<>()[\]{}"'`,;|]+/).flatMap((word): Found[] => {
    const value = word.replace(/[.:!?]+$/, '').replace(/^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/, '$1');
    const kind = kindOf(value, { ...member, name: '' });
    return kind === undefined ? [] : [[kind, value]];
  });
  return [...named, ...words];
}

function kindOf(value: string, { name, type }: Member): ObservableKind | undefined {
  if (isAddress(value)) return 'ip';
  if (isSubnet(value)) return 'subnet';
  if (/^(?:https?|ftps?|wss?):\/\/\S+$/i.test(value) && URL.canParse(value)) return 'url';
  if (isEmail(value)) return 'email';
  if (isHash(value) && !/(?:^|_)(?:id|uid|uuid|guid)$/i.test(name)) return 'hash';
  return isHostname(value) && namesHost(name, type) ? 'hostname' : undefined;
}

/** An address with a zone is meaningful only on its own machine, and Elasticsearch rejects it. */
function isAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%');
}

function isSubnet(text: string): boolean {
  const [, address = '', bits = ''] = /^([\d.:a-f]+)\/(\d{1,3})$/i.exec(text) ?? [];
  const version = isIP(address);
  return version !== 0 && Number(bits) <= (version === 4 ? 32 : 128);
}

function isEmail(text: string): boolean {
  const [, host = ''] = /^[^\s@<>"(),:;[\]\\]{1,64}@([^\s@]+)$/.exec(text) ?? [];
  return isHostname(host);
}

const shortestHash = 32;

/** The numbers of hex digits in MD5, SHA-1, SHA-224, SHA-256, SHA-384 and SHA-512. */
const digits: ReadonlySet<number> = new Set([32, 40, 56, 64, 96, 128]);

function isHash(text: string): boolean {
  const [, hash = ''] = /^(?:(?:md5|sha-?\d{1,3})[:=])?([\da-f]{32,128})$/i.exec(text) ?? [];
  return digits.has(hash.length);
}

/** A name with a dot, whose last label is not a number. */
function isHostname(text: string): boolean {
  return /^(?=.{4,253}$)(?:[\p{L}\p{N}_](?:[\p{L}\p{N}_-]{0,61}[\p{L}\p{N}])?\.)+(?=[^.]*\p{L})[\p{L}\p{N}-]{2,63}$/u.test(
    text,
  );
}

/**
 * File names such as `invoice.pdf` also look like host names, so the key or SpiderFoot's type must say that the value
 * is a host.
 */
function namesHost(name: string, type: string): boolean {
  if (name === 'data' || name === 'value') return type === '' || hostTypes.test(type);
  return hostKeys.test(name);
}

/** `INTERNET_NAME`, `CO_HOSTED_SITE`, `PROVIDER_DNS`; not `HUMAN_NAME`. */
const hostTypes = /INTERNET_NAME|DOMAIN|HOST|DNS/i;

const hostKeys =
  /(?:^|_)(?:target|asset|host|hostname|domain|subdomain|fqdn|dns|internet|site|server|nameserver|cname|mx|dest|src)(?:s|_name|_names)?$/i;
