// Asks the server. The token is kept in this variable only.

let token = "";

export function setToken(text) {
  token = text;
}

// Failed is the error of a request: its status, 0 if the server did not answer.
export class Failed extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

// ask sends a request, with a body as JSON if there is one, and returns the JSON of the answer.
export async function ask(path, body) {
  const options = { headers: {}, cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(30000) };
  if (token) options.headers.Authorization = "Bearer " + token;
  if (body !== undefined) {
    options.method = "POST";
    options.body = JSON.stringify(body);
    options.headers["Content-Type"] = "application/json";
  }
  let answer;
  let content;
  try {
    answer = await fetch(path, options);
    content = await answer.json();
  } catch (error) {
    throw new Failed(answer ? answer.status : 0, answer ? "The answer is not JSON." : "The server does not answer.");
  }
  if (!answer.ok) throw new Failed(answer.status, content.error);
  return content;
}

const part = encodeURIComponent;

export const state = () => ask("page/state");
export const describe = (model) => ask(`page/models/${part(model)}`);
export const predict = (model, cells) => ask(`page/models/${part(model)}/try`, { cells });

// load serves a version of a model, or the newest one and all that follow.
export const load = (model, version) => ask(`page/models/${part(model)}/load`, { version });
