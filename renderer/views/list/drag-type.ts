/** What a drag of messages carries; drags of other origin have no such type. */
export const dragType = 'application/x-letterlock-messages';
