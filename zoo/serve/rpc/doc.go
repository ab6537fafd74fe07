// Package rpc is the gRPC service of a serve.Server: the Open Inference Protocol v2, grpc.health.v1 and reflection. It loads no
// models and listens to no port.
package rpc
