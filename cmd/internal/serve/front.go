package serve

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/ctrzoo/ctrzoo/zoo/serve/rpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
)

// front answers requests that come to a listener.
type front interface {
	// serve answers requests until drain or close is called.
	serve() error
	// drain takes no more requests, and finishes those at work, until ctx ends.
	drain(ctx context.Context) error
	close()
	// address is where it listens.
	address() string
}

// webFront answers over HTTP.
type webFront struct {
	http.Server
	listener net.Listener
}

// newWeb listens for HTTP.
func (o *options) newWeb(s *service, address string, h http.Handler) (front, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	// A clone, since each server writes the protocols that it speaks to its own.
	f, config := &webFront{listener: listener}, s.secrets.config.Clone()
	f.Handler, f.TLSConfig, f.MaxHeaderBytes = h, config, 64<<10
	f.ReadHeaderTimeout, f.ReadTimeout = o.limits.Time, 2*o.limits.Time
	f.WriteTimeout, f.IdleTimeout = 3*o.limits.Time, 2*time.Minute
	f.ErrorLog = slog.NewLogLogger(s.logger.Handler(), slog.LevelWarn)
	f.Protocols = new(http.Protocols)
	f.Protocols.SetHTTP1(true)
	f.Protocols.SetHTTP2(config != nil)
	f.Protocols.SetUnencryptedHTTP2(config == nil)
	return f, nil
}

func (f *webFront) serve() error {
	if f.TLSConfig != nil {
		return f.ServeTLS(f.listener, "", "")
	}
	return f.Serve(f.listener)
}

func (f *webFront) drain(ctx context.Context) error { return f.Shutdown(ctx) }

func (f *webFront) close() {
	f.Close()
	f.listener.Close() // which Close leaves open if it was never served
}

func (f *webFront) address() string {
	if f.TLSConfig != nil {
		return "https://" + f.listener.Addr().String()
	}
	return "http://" + f.listener.Addr().String()
}

// rpcFront answers over gRPC.
type rpcFront struct {
	*grpc.Server
	listener net.Listener
}

func (o *options) newRPC(s *service) (front, error) {
	listener, err := net.Listen("tcp", o.grpc)
	if err != nil {
		return nil, err
	}
	more := []grpc.ServerOption{s.tracing.rpc()}
	if config := s.secrets.config; config != nil {
		more = append(more, grpc.Creds(credentials.NewTLS(config)))
	}
	return &rpcFront{rpc.NewServer(s.server, prepared.Version(), s.secrets.tokens, more...), listener}, nil
}

func (f *rpcFront) serve() error { return f.Serve(f.listener) }

func (f *rpcFront) drain(ctx context.Context) error {
	stop := context.AfterFunc(ctx, f.Stop)
	defer stop()
	f.GracefulStop()
	return ctx.Err()
}

func (f *rpcFront) close() {
	f.Stop()
	f.listener.Close() // which Stop leaves open if it was never served
}

func (f *rpcFront) address() string { return "grpc://" + f.listener.Addr().String() }
