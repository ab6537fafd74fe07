package rpc

import (
	"context"
	"sync"

	"github.com/ctrzoo/ctrzoo/zoo/serve"
	"github.com/ctrzoo/ctrzoo/zoo/serve/rpc/inference"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/status"
)

// NewServer makes a gRPC server with the services of a server. A call needs one of the tokens, if there are any; health does
// not. The version is that of the program, which the metadata name. More options may be given, such as credentials.
func NewServer(s *serve.Server, version string, tokens *serve.Tokens, options ...grpc.ServerOption) *grpc.Server {
	guard := guard{tokens}
	g := grpc.NewServer(append([]grpc.ServerOption{
		grpc.MaxRecvMsgSize(s.Limits().Bytes), grpc.ConnectionTimeout(s.Limits().Time),
		grpc.UnaryInterceptor(guard.unary), grpc.StreamInterceptor(guard.stream),
	}, options...)...)
	inference.RegisterGRPCInferenceServiceServer(g, &service{server: s, version: version, calls: sync.Pool{New: func() any { return &serve.Call{} }}})
	healthpb.RegisterHealthServer(g, &health{server: s})
	reflection.Register(g)
	return g
}

// guard lets calls through that have a token.
type guard struct{ tokens *serve.Tokens }

func (g guard) check(ctx context.Context, method string) error {
	if method == healthpb.Health_Check_FullMethodName || method == healthpb.Health_Watch_FullMethodName {
		return nil
	}
	header := ""
	if values := metadata.ValueFromIncomingContext(ctx, "authorization"); len(values) > 0 {
		header = values[0]
	}
	if !g.tokens.Allow(header) {
		return status.Error(codes.Unauthenticated, "a bearer token is needed")
	}
	return nil
}

func (g guard) unary(ctx context.Context, request any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	if err := g.check(ctx, info.FullMethod); err != nil {
		return nil, err
	}
	return next(ctx, request)
}

func (g guard) stream(server any, stream grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
	if err := g.check(stream.Context(), info.FullMethod); err != nil {
		return err
	}
	return next(server, stream)
}

// kindCodes are the codes of gRPC of the kinds of errors.
var kindCodes = map[serve.Kind]codes.Code{
	serve.Internal: codes.Internal, serve.BadInput: codes.InvalidArgument, serve.NotFound: codes.NotFound,
	serve.TooLarge: codes.InvalidArgument, serve.Busy: codes.ResourceExhausted, serve.Unavailable: codes.Unavailable,
	serve.TooSlow: codes.DeadlineExceeded,
}

// fail makes an error one of gRPC.
func fail(err error) error { return status.Error(kindCodes[serve.KindOf(err)], err.Error()) }
