/** Descriptions of certificate problems, by OpenSSL's or Node's code. */
const problems: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  CERT_REVOKED: 'it has been revoked',
  CERT_REJECTED: 'its authority rejects this use',
  CERT_UNTRUSTED: 'its authority is not trusted for this use',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another host name',
  HOSTNAME_MISMATCH: 'it is for another host name',
  INVALID_CA: 'a certificate in its chain is not a certificate authority',
  INVALID_PURPOSE: 'it is not a server certificate',
  PATH_LENGTH_EXCEEDED: 'its chain is longer than its authority allows',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT: 'its authority is unknown here, or a certificate is missing from its chain',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its authority is unknown here, or a certificate is missing from its chain',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its authority is unknown here, or a certificate is missing from its chain',
};

/** Describe a certificate problem as a clause. @returns `undefined` for a code that is not about a certificate */
export function certificateProblem(code: string): string | undefined {
  return Object.hasOwn(problems, code) ? problems[code] : undefined;
}

/** Return a sentence that says how to fix a certificate problem. */
export function certificateFix(code: string): string {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return 'Renew the certificate of the server.';
    case 'CERT_NOT_YET_VALID':
      return 'Compare the clocks of the two machines, then check the dates of the certificate.';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'HOSTNAME_MISMATCH':
      return 'Use the host name of the certificate in the URL, or issue a certificate for this host name.';
    default:
      return "If your own authority issued the certificate, pass the authority's file with --ca here, and set it as SpiderFoot's ca_bundle. Otherwise, configure the server to send its complete chain.";
  }
}
