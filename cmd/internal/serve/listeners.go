package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/ctrzoo/ctrzoo/zoo/serve"
	"github.com/ctrzoo/ctrzoo/zoo/serve/page"
	"github.com/ctrzoo/ctrzoo/zoo/serve/rest"
)

// fronts are all that listen.
type fronts []front

// listeners listens on all addresses. Requests wait until serve is called.
func (o *options) listeners(s *serve.Server, by *secrets, web, metrics http.Handler, logger *slog.Logger) (list fronts, err error) {
	add := func(f front, failed error) {
		if failed != nil {
			err = errors.Join(err, failed)
			return
		}
		list = append(list, f)
	}
	add(o.newWeb(o.listen, web, by.config, logger))
	if o.grpc != "" {
		add(o.newRPC(s, by))
	}
	if o.metrics != "" {
		add(o.newWeb(o.metrics, by.tokens.Guard(metrics), by.config, logger))
	}
	if err != nil {
		list.close()
		return nil, err
	}
	return list, nil
}

// webHandler answers over HTTP: the protocols, and the page.
func (o *options) webHandler(s *serve.Server, shown *page.Page, tokens *serve.Tokens) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", tokens.Guard(rest.NewHandler(s, version())))
	if o.page {
		h := shown.Handler(s, tokens)
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
func (o *options) serve(ctx context.Context, s *serve.Server, list fronts, logger *slog.Logger) error {
	failed := make(chan error, len(list))
	for _, f := range list {
		logger.Info("serving", "address", f.address())
		go func() { failed <- f.serve() }()
	}
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	logger.Info("draining", "pause", o.drainPause)
	s.Drain()
	time.Sleep(o.drainPause)
	if err := list.drain(o.drainTime); err != nil {
		return fmt.Errorf("requests were still at work when the time to drain was over: %w", err)
	}
	logger.Info("drained")
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
