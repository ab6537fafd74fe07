package serve

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/ctrzoo/ctrzoo/zoo/serve/rest"
)

// fronts are all that listen.
type fronts []front

// listeners listens on all addresses. Requests wait until serve is called.
func (o *options) listeners(s *service) (list fronts, err error) {
	add := func(f front, failed error) {
		if failed != nil {
			err = errors.Join(err, failed)
			return
		}
		list = append(list, f)
	}
	add(o.newWeb(s, o.listen, s.tracing.web(o.webHandler(s))))
	if o.grpc != "" {
		add(o.newRPC(s))
	}
	if o.metrics != "" {
		add(o.newWeb(s, o.metrics, s.secrets.tokens.Guard(o.metricsHandler(s.registry))))
	}
	if err != nil {
		list.close()
		return nil, err
	}
	return list, nil
}

// webHandler answers over HTTP: the protocols, and the page.
func (o *options) webHandler(s *service) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", s.secrets.tokens.Guard(rest.NewHandler(s.server, prepared.Version())))
	if o.page {
		h := s.page.Handler(s.server, s.secrets.tokens)
		mux.Handle("GET /{$}", h)
		mux.Handle("/page/", h)
	}
	return mux
}

func (l fronts) close() {
	for _, f := range l {
		f.close()
	}
}

// serve answers requests until ctx ends. Then the server is not ready any more, and after a pause it takes no more requests and
// finishes those at work.
func (o *options) serve(ctx context.Context, s *service, list fronts) error {
	failed := make(chan error, len(list))
	for _, f := range list {
		s.logger.Info("serving", "address", f.address())
		go func() { failed <- f.serve() }()
	}
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	s.logger.Info("draining", "pause", o.drainPause)
	s.server.Drain()
	time.Sleep(o.drainPause)
	if err := list.drain(o.drainTime); err != nil {
		return fmt.Errorf("requests were still at work when the time to drain was over: %w", err)
	}
	s.logger.Info("drained")
	return nil
}

// drain finishes the requests at work, of all fronts at a time.
func (l fronts) drain(most time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), most)
	defer cancel()
	errs := make([]error, len(l))
	var group sync.WaitGroup
	for i, f := range l {
		group.Go(func() { errs[i] = f.drain(ctx) })
	}
	group.Wait()
	return errors.Join(errs...)
}
