package serving

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/ctrzoo/ctrzoo/zoo/serve/rpc/inference"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// webCaller asks over a connection of HTTP/1.1, by the client of the standard library, as common load generators do.
type webCaller struct {
	client   http.Client
	address  string
	requests []webRequest
}

// webRequest is a request over HTTP.
type webRequest struct {
	header http.Header
	body   []byte
}

func newWebCaller(address string, requests []webRequest) (caller, error) {
	return &webCaller{http.Client{Transport: &http.Transport{}}, "http://" + address + "/v2/models/" + modelName + "/infer", requests}, nil
}

func (c *webCaller) call(number int) error {
	request := c.requests[number%len(c.requests)]
	r, err := http.NewRequest(http.MethodPost, c.address, bytes.NewReader(request.body))
	if err != nil {
		return err
	}
	r.Header = request.header
	answer, err := c.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(answer.Body)
		return fmt.Errorf("the server answers %s: %.200s", answer.Status, text)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

func (c *webCaller) close() { c.client.CloseIdleConnections() }

// grpcCaller asks over a connection of gRPC.
type grpcCaller struct {
	conn     *grpc.ClientConn
	client   inference.GRPCInferenceServiceClient
	requests []*inference.ModelInferRequest
}

func newGRPCCaller(address string, requests []*inference.ModelInferRequest) (caller, error) {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, err
	}
	return &grpcCaller{conn, inference.NewGRPCInferenceServiceClient(conn), requests}, nil
}

func (c *grpcCaller) call(number int) error {
	_, err := c.client.ModelInfer(context.Background(), c.requests[number%len(c.requests)])
	return err
}

func (c *grpcCaller) close() { c.conn.Close() }

// predictorCaller asks the predictor itself, with batches that are encoded already.
type predictorCaller struct {
	predictor *predict.Predictor
	batches   []*datasets.Batch
	out       []float32
}

func (c *predictorCaller) call(number int) error {
	return c.predictor.Predict(c.out, c.batches[number%len(c.batches)])
}

func (c *predictorCaller) close() {}
