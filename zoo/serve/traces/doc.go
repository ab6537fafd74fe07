// Package traces adds what a serve.Server does to the spans of its requests, for OpenTelemetry. It makes no spans of requests
// and sends nothing: the middleware of the program does.
//
//	server := serve.New(serve.Options{Observers: []serve.Observer{traces.New(provider)}})
//	http.Handle("/", otelhttp.NewHandler(rest.NewHandler(server, "1.0"), "serve"))
package traces
