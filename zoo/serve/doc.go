// Package serve answers requests for predictions with trained models, several by name, and changes their versions without a
// failed request. It speaks no protocol: package rest is its HTTP handler, and package rpc its gRPC service.
//
//	server := serve.New(serve.Options{})
//	err := server.Add("ads", "run")
//	http.ListenAndServe("127.0.0.1:8080", rest.NewHandler(server))
package serve
