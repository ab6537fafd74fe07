package rpc

import (
	"context"
	"sync"

	"github.com/ctrzoo/ctrzoo/zoo/serve"
	"github.com/ctrzoo/ctrzoo/zoo/serve/rpc/inference"
)

// service is the Open Inference Protocol.
type service struct {
	inference.UnimplementedGRPCInferenceServiceServer
	server  *serve.Server
	version string
	calls   sync.Pool // of *serve.Call
}

// ServerLive says that the server runs.
func (s *service) ServerLive(context.Context, *inference.ServerLiveRequest) (*inference.ServerLiveResponse, error) {
	return &inference.ServerLiveResponse{Live: true}, nil
}

// ServerReady says whether all models are loaded.
func (s *service) ServerReady(context.Context, *inference.ServerReadyRequest) (*inference.ServerReadyResponse, error) {
	return &inference.ServerReadyResponse{Ready: s.server.Ready()}, nil
}

// ModelReady says whether a model is loaded. A model that is not there is an error.
func (s *service) ModelReady(_ context.Context, r *inference.ModelReadyRequest) (*inference.ModelReadyResponse, error) {
	err := s.server.Describe(r.Name, r.Version, func(serve.Loaded) {})
	if err != nil && serve.KindOf(err) != serve.Unavailable {
		return nil, fail(err)
	}
	return &inference.ModelReadyResponse{Ready: err == nil}, nil
}

// ServerMetadata describes the server.
func (s *service) ServerMetadata(context.Context, *inference.ServerMetadataRequest) (*inference.ServerMetadataResponse, error) {
	return &inference.ServerMetadataResponse{Name: "ctrzoo", Version: s.version}, nil
}

// ModelMetadata describes the tensors of a model: one for each column of the log.
func (s *service) ModelMetadata(_ context.Context, r *inference.ModelMetadataRequest) (m *inference.ModelMetadataResponse, err error) {
	err = s.server.Describe(r.Name, r.Version, func(l serve.Loaded) { m = describe(l) })
	if err != nil {
		return nil, fail(err)
	}
	return m, nil
}

func describe(l serve.Loaded) *inference.ModelMetadataResponse {
	m := &inference.ModelMetadataResponse{Name: l.Name, Versions: []string{l.Version}, Platform: "ctrzoo",
		Properties: map[string]string{"broadcast": "true"}} // one element of a tensor counts for all samples
	tensor := func(name, datatype string) *inference.ModelMetadataResponse_TensorMetadata {
		return &inference.ModelMetadataResponse_TensorMetadata{Name: name, Datatype: datatype, Shape: []int64{-1}}
	}
	for _, c := range l.Columns {
		m.Inputs = append(m.Inputs, tensor(c.Name, "BYTES"))
		if c.Separator != "" {
			m.Properties["separator."+c.Name] = c.Separator
		}
	}
	m.Outputs = append(m.Outputs, tensor(serve.Probability, "FP32"), tensor(serve.Logit, "FP32"), tensor(serve.Index, "INT64"))
	return m
}

// ModelInfer predicts.
func (s *service) ModelInfer(ctx context.Context, r *inference.ModelInferRequest) (*inference.ModelInferResponse, error) {
	c := s.calls.Get().(*serve.Call)
	defer s.calls.Put(c)
	c.Reset("grpc")
	c.Context = ctx
	answer, err := s.infer(c, r)
	s.server.Observe(c, err)
	if err != nil {
		return nil, fail(err)
	}
	return answer, nil
}

func (s *service) infer(c *serve.Call, r *inference.ModelInferRequest) (*inference.ModelInferResponse, error) {
	if err := read(c, r); err != nil {
		return nil, err
	}
	names, err := outputs(c, r)
	if err != nil {
		return nil, err
	}
	if err := s.server.Infer(c); err != nil {
		return nil, err
	}
	return answer(c, names, len(r.RawInputContents) > 0), nil
}
