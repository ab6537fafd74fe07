package serve

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/ctrzoo/ctrzoo/zoo/serve"
)

// front is the HTTP server and its listener.
type front struct {
	http.Server
	listener net.Listener
	scheme   string
}

// front listens for HTTP. Requests are answered once it serves.
func (o *options) front(h http.Handler) (*front, error) {
	tokens, err := o.secure.allowed()
	if err != nil {
		return nil, err
	}
	config, err := o.secure.config()
	if err != nil {
		return nil, err
	}
	f := &front{scheme: "http"}
	f.Handler = tokens.Guard(h)
	f.ReadHeaderTimeout, f.WriteTimeout, f.IdleTimeout = o.limits.Time, 3*o.limits.Time, 2*time.Minute
	f.MaxHeaderBytes = 64 << 10
	f.Protocols = new(http.Protocols)
	f.Protocols.SetHTTP1(true)
	f.Protocols.SetHTTP2(config != nil)
	f.Protocols.SetUnencryptedHTTP2(config == nil)
	if f.listener, err = net.Listen("tcp", o.listen); err != nil {
		return nil, err
	}
	if config != nil {
		f.scheme, f.TLSConfig = "https", config
	}
	return f, nil
}

// answer answers requests until Shutdown.
func (f *front) answer() error {
	if f.TLSConfig != nil {
		return f.ServeTLS(f.listener, "", "")
	}
	return f.Serve(f.listener)
}

func (f *front) url() string { return f.scheme + "://" + f.listener.Addr().String() }

// serve answers requests until ctx ends. Then the server is not ready any more, and after a pause it takes no more requests and
// finishes those at work.
func (o *options) serve(ctx context.Context, server *serve.Server, f *front, logger *slog.Logger) error {
	f.ErrorLog = slog.NewLogLogger(logger.Handler(), slog.LevelWarn)
	failed := make(chan error, 1)
	go func() { failed <- f.answer() }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	logger.Info("draining", "pause", o.drainPause)
	server.Drain()
	time.Sleep(o.drainPause)
	drain, cancel := context.WithTimeout(context.Background(), o.drainTime)
	defer cancel()
	if err := f.Shutdown(drain); err != nil {
		return errors.Join(errors.New("requests were still at work when the time to drain was over"), f.Close())
	}
	logger.Info("drained")
	return nil
}
