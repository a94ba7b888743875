/** What is wrong with a certificate, in words, by OpenSSL's or Node's code. */
const problems: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  CERT_REVOKED: 'it has been revoked',
  CERT_REJECTED: 'its authority does not vouch for this use',
  CERT_UNTRUSTED: 'its authority is not trusted for this use',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another host name',
  HOSTNAME_MISMATCH: 'it is for another host name',
  INVALID_CA: 'a certificate of its chain is no authority',
  INVALID_PURPOSE: 'it is not for servers',
  PATH_LENGTH_EXCEEDED: 'its chain is longer than its authority allows',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not known here',
  UNABLE_TO_GET_ISSUER_CERT: 'its authority is not known here, or a certificate of its chain is missing',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its authority is not known here, or a certificate of its chain is missing',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its authority is not known here, or a certificate of its chain is missing',
};

/** @returns `undefined` for a code that is not about a certificate */
export function certificateProblem(code: string): string | undefined {
  return Object.hasOwn(problems, code) ? problems[code] : undefined;
}

/** What to do about it. */
export function certificateMend(code: string): string {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return 'Renew the certificate of the server.';
    case 'CERT_NOT_YET_VALID':
      return 'Compare the clocks of both machines, then the dates of the certificate.';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'HOSTNAME_MISMATCH':
      return 'Use the host name in the URL that the certificate is for, or issue one for this name.';
    default:
      return "If the certificate is from an authority of your own, give its file as --ca here, and as SpiderFoot's ca_bundle. Otherwise the server has to send its whole chain.";
  }
}
