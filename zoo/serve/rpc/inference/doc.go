// Package inference has the messages and the service of the Open Inference Protocol over gRPC, generated from
// inference.proto. It has no code of its own.
//
// It is a module's worth of tools to generate it, none of which the module itself needs. In this folder:
//
//	GOBIN=$PWD/bin go install google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.12
//	GOBIN=$PWD/bin go install google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.2
//	go generate
package inference

//go:generate go run -C gen . .. ../bin/protoc-gen-go ../bin/protoc-gen-go-grpc
