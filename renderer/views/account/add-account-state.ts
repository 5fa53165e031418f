/** The form of a new account and the deliberate steps it may take. Pure. */
import type {
  MethodInput,
  MethodOutput,
  ServerEndpointDto,
  ThunderbirdProfile,
  WireError,
} from '../../../app/contract/index.ts';

export type Found = MethodOutput<'account.discover'>;
/** An account as another program has it set up. */
export type FoundAccount = ThunderbirdProfile['accounts'][number];

/** Numbers stay text while they are typed. */
export interface ServerForm {
  readonly host: string;
  readonly port: string;
  readonly transport: ServerEndpointDto['transport'];
}

export interface AddAccountState {
  readonly address: string;
  readonly displayName: string;
  readonly password: string;
  readonly userName: string;
  readonly imap: ServerForm;
  readonly submission: ServerForm;
  readonly note: Found['note'];
  /** True once servers were found or are being typed by hand. */
  readonly hasServers: boolean;
  readonly editsServers: boolean;
  /** The address whose servers another program knows: they are better than a guess. */
  readonly keepsServersOf: string | undefined;
  readonly phase: 'form' | 'checking';
  readonly error: WireError | undefined;
  /** Keys that the person accepted in this dialog. */
  readonly acceptedIdentities: readonly string[];
  readonly allowClear: boolean;
}

export type AddAccountAction =
  | {
      readonly type: 'edit';
      readonly change: Partial<
        Pick<AddAccountState, 'address' | 'displayName' | 'password' | 'userName'>
      >;
    }
  | { readonly type: 'server'; readonly service: Service; readonly change: Partial<ServerForm> }
  | { readonly type: 'found'; readonly address: string; readonly found: Found }
  | { readonly type: 'edit-servers' }
  | { readonly type: 'accept-key'; readonly identity: string }
  | { readonly type: 'allow-clear' }
  | { readonly type: 'checking' }
  | { readonly type: 'failed'; readonly error: WireError }
  | { readonly type: 'back' };

type Service = 'imap' | 'submission';

export const initialAddAccount: AddAccountState = {
  address: '',
  displayName: '',
  password: '',
  userName: '',
  imap: { host: '', port: '993', transport: 'implicit-tls' },
  submission: { host: '', port: '465', transport: 'implicit-tls' },
  note: undefined,
  hasServers: false,
  editsServers: false,
  keepsServersOf: undefined,
  phase: 'form',
  error: undefined,
  acceptedIdentities: [],
  allowClear: false,
};

/** The form with everything but the password, which other programs keep for themselves. */
export function filledFrom(found: FoundAccount): AddAccountState {
  const [identity] = found.identities;
  const address = identity?.address ?? found.imap.userName;
  const userName = found.imap.userName === '' ? address : found.imap.userName;
  const { submission } = found;
  return {
    ...initialAddAccount,
    address,
    displayName: identity?.name ?? '',
    userName,
    imap: formOf(found.imap),
    ...(submission === undefined
      ? { editsServers: true }
      : { submission: formOf(submission), keepsServersOf: address }),
    hasServers: true,
    note: found.imap.oauth ? 'oauth-only' : undefined,
  };
}

function formOf(server: ServerEndpointDto): ServerForm {
  return { host: server.host, port: String(server.port), transport: server.transport };
}

/** The registered port of a way to connect (RFC 8314 §7.3, RFC 6409 §3.1). */
export function usualPort(service: Service, transport: ServerForm['transport']): string {
  if (service === 'imap') return transport === 'implicit-tls' ? '993' : '143';
  return transport === 'implicit-tls' ? '465' : '587';
}

export function reduceAddAccount(
  state: AddAccountState,
  action: AddAccountAction,
): AddAccountState {
  switch (action.type) {
    case 'edit':
      return { ...state, ...action.change, error: undefined };
    case 'server': {
      const before = state[action.service];
      const next = { ...before, ...action.change };
      // The port follows the way to connect only while it was the usual one.
      const follows =
        action.change.transport !== undefined &&
        before.port === usualPort(action.service, before.transport);
      const port = follows ? usualPort(action.service, next.transport) : next.port;
      // Other servers: what was accepted for the old ones does not count.
      return {
        ...state,
        [action.service]: { ...next, port },
        error: undefined,
        acceptedIdentities: [],
        allowClear: false,
      };
    }
    case 'found':
      // Typed servers are the person's; a late answer for another address is nobody's.
      if (state.editsServers || action.address !== state.address.trim()) return state;
      if (action.address === state.keepsServersOf) return state;
      return {
        ...state,
        imap: formOf(action.found.imap),
        submission: formOf(action.found.submission),
        userName: action.found.userName,
        displayName: state.displayName === '' ? action.found.displayName : state.displayName,
        note: action.found.note,
        hasServers: true,
        acceptedIdentities: [],
        allowClear: false,
      };
    case 'edit-servers':
      return { ...state, editsServers: true, hasServers: true };
    case 'accept-key':
      return {
        ...state,
        acceptedIdentities: [...new Set([...state.acceptedIdentities, action.identity])],
        error: undefined,
      };
    case 'allow-clear':
      return { ...state, allowClear: true, error: undefined };
    case 'checking':
      return { ...state, phase: 'checking', error: undefined };
    case 'failed':
      return { ...state, phase: 'form', error: action.error };
    case 'back':
      return { ...state, phase: 'form', error: undefined };
  }
}

/** Undefined while host or port is missing or odd. */
export function endpointOf(form: ServerForm): ServerEndpointDto | undefined {
  const port = Number(form.port);
  if (form.host.trim() === '' || !Number.isInteger(port) || port < 1 || port > 65_535) {
    return undefined;
  }
  return { host: form.host.trim(), port, transport: form.transport };
}

export function looksLikeAddress(text: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(text.trim());
}

/** What `account.add` takes; undefined while something is missing. */
export function accountInput(state: AddAccountState): MethodInput<'account.add'> | undefined {
  const imap = endpointOf(state.imap);
  const submission = endpointOf(state.submission);
  const address = state.address.trim();
  if (imap === undefined || submission === undefined || state.password === '') return undefined;
  if (!looksLikeAddress(address)) return undefined;
  return {
    address,
    displayName: state.displayName.trim(),
    userName: state.userName.trim() === '' ? address : state.userName.trim(),
    password: state.password,
    imap,
    submission,
    acceptedIdentities: [...state.acceptedIdentities],
    allowClear: state.allowClear,
  };
}

/** Near which field an error belongs. */
export function errorPlace(error: WireError): 'address' | 'password' | 'servers' | 'form' {
  switch (error.code) {
    case 'address.invalid':
    case 'account.exists':
      return 'address';
    case 'auth.failed':
    case 'auth.unsupported':
      return 'password';
    default:
      return error.code.startsWith('leg.') || error.code === 'offline' ? 'servers' : 'form';
  }
}
