/** A `preValidation` for routes whose body is all options: no body at all is one without options. */
export const bodyOrNone = async (request: { body: unknown }): Promise<void> => {
  request.body ??= {};
};
