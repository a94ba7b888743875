/** What a store of your own calls, so that it keeps the rules that the kit's stores keep. */
export { endpointTaken } from './endpoint.ts';
