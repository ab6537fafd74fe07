package serving

import (
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/zoo/serve/rpc/inference"
)

// The kinds of targets.
const (
	Constant  = "constant"    // a handler that reads the request in JSON and writes a constant
	JSON      = "rest-json"   // the server over HTTP, in JSON
	Binary    = "rest-binary" // the server over HTTP, with binary tensors
	GRPC      = "grpc"        // the server over gRPC, with raw tensors
	Predictor = "predictor"   // the predictor alone, with batches that are encoded already
)

// target answers requests of a kind.
type target struct {
	kind      string
	samples   int
	newCaller func() (caller, error)
}

// targets are all kinds, asked for candidates of one user.
func (b *bed) targets(samples, rows int) ([]*target, error) {
	cells := drawCells(samples, rows)
	constantAddress, err := b.listen(constant(constantAnswer(samples)))
	if err != nil {
		return nil, err
	}
	batches, err := b.encode(cells)
	if err != nil {
		return nil, err
	}
	texts, binaries := make([]webRequest, distinct), make([]webRequest, distinct)
	messages := make([]*inference.ModelInferRequest, distinct)
	for i, c := range cells {
		texts[i], binaries[i], messages[i] = jsonRequest(c), binaryRequest(c), grpcRequest(c)
	}
	return []*target{
		{Constant, samples, func() (caller, error) { return newWebCaller(constantAddress, texts) }},
		{JSON, samples, func() (caller, error) { return newWebCaller(b.web, texts) }},
		{Binary, samples, func() (caller, error) { return newWebCaller(b.web, binaries) }},
		{GRPC, samples, func() (caller, error) { return newGRPCCaller(b.grpc, messages) }},
		{Predictor, samples, func() (caller, error) {
			return &predictorCaller{b.predictor, batches, make([]float32, samples)}, nil
		}},
	}, nil
}

// encode makes batches of the samples of requests.
func (b *bed) encode(cells [][]encode.Cells) ([]*datasets.Batch, error) {
	encoder, err := encode.NewRowEncoder(b.trained.Encoding)
	if err != nil {
		return nil, err
	}
	var list []*datasets.Batch
	for _, c := range cells {
		batch, err := encoder.Encode(c)
		if err != nil {
			return nil, err
		}
		list = append(list, &datasets.Batch{Rows: batch.Rows, IDs: slices.Clone(batch.IDs), Numbers: slices.Clone(batch.Numbers)})
	}
	return list, nil
}
