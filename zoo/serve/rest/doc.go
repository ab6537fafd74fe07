// Package rest is the HTTP handler of a serve.Server: the Open Inference Protocol v2 over REST with the extensions
// binary_tensor_data and model_repository, and the row-wise JSON of V1. It loads no models and listens to no port.
package rest
