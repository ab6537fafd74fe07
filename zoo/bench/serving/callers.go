package serving

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/ctrzoo/ctrzoo/zoo/serve/rpc/inference"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// webCaller asks over a connection of HTTP/1.1. It does as little as it can, since it takes its time from the server.
type webCaller struct {
	conn     net.Conn
	reader   *bufio.Reader
	requests [][]byte
}

func newWebCaller(address string, requests [][]byte) (caller, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &webCaller{conn, bufio.NewReader(conn), requests}, nil
}

func (c *webCaller) call(number int) error {
	if _, err := c.conn.Write(c.requests[number%len(c.requests)]); err != nil {
		return err
	}
	answer, err := http.ReadResponse(c.reader, nil)
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

func (c *webCaller) close() { c.conn.Close() }

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
