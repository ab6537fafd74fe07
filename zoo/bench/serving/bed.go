package serving

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/ctrzoo/ctrzoo/zoo/serve"
	"github.com/ctrzoo/ctrzoo/zoo/serve/prom"
	"github.com/ctrzoo/ctrzoo/zoo/serve/rest"
	"github.com/ctrzoo/ctrzoo/zoo/serve/rpc"
	"github.com/prometheus/client_golang/prometheus"
)

// bed is a server as "zoo serve" runs one, with a model in a folder that is removed afterwards.
type bed struct {
	dir       string
	trained   *predict.Trained
	predictor *predict.Predictor
	server    *serve.Server
	web, grpc string // where it listens
	ends      []func()
}

func newBed(m zoo.Model, rows int) (*bed, error) {
	dir, err := os.MkdirTemp("", "zoo-bench-serve-")
	if err != nil {
		return nil, err
	}
	b := &bed{dir: filepath.Join(dir, modelName), ends: []func(){func() { os.RemoveAll(dir) }}}
	if err := errors.Join(b.save(m, rows), b.start()); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

// save writes the model, and maps it for the predictor.
func (b *bed) save(m zoo.Model, rows int) error {
	drawn, err := NewModel(m, rows, false)
	if err != nil {
		return err
	}
	defer drawn.Free()
	if err := drawn.Save(b.dir); err != nil {
		return err
	}
	if b.trained, err = predict.Map(b.dir); err != nil {
		return err
	}
	b.ends = append(b.ends, b.trained.Free)
	b.predictor, err = b.trained.Predictor()
	return err
}

// start serves the model by all protocols.
func (b *bed) start() error {
	counts := prom.New(prometheus.NewRegistry())
	b.server = serve.New(serve.Options{Observers: []serve.Observer{counts}})
	b.ends = append(b.ends, b.server.Close)
	if err := b.server.Add(modelName, b.dir); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	g := rpc.NewServer(b.server, "bench", nil)
	go func() { _ = g.Serve(listener) }() // until it is stopped
	b.ends, b.grpc = append(b.ends, g.Stop), listener.Addr().String()
	b.web, err = b.listen(rest.NewHandler(b.server, "bench"))
	return err
}

// listen serves a handler, and returns where.
func (b *bed) listen(h http.Handler) (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	s := &http.Server{Handler: h}
	go func() { _ = s.Serve(listener) }() // until it is closed
	b.ends = append(b.ends, func() { s.Close() })
	return listener.Addr().String(), nil
}

// close ends what was begun, the last first.
func (b *bed) close() {
	for i := range b.ends {
		b.ends[len(b.ends)-1-i]()
	}
}

// constant is a handler that reads a request and writes a constant: the most that net/http allows.
func constant(answer []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	})
}
