package rpc

import (
	"context"
	"encoding/binary"
	"math"
	"net"
	"strconv"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/serve"
	"github.com/ctrzoo/ctrzoo/zoo/serve/rpc/inference"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
)

// dial serves a model on loopback.
func dial(t *testing.T, dir string, tokens *serve.Tokens) (*serve.Server, *grpc.ClientConn) {
	t.Helper()
	s := serve.New(serve.Options{Limits: serve.Limits{Samples: 10}})
	require.NoError(t, s.Add("ads", dir))
	t.Cleanup(s.Close)
	g := NewServer(s, "test", tokens)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = g.Serve(l) }()
	t.Cleanup(g.Stop)
	conn, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	return s, conn
}

// request has the samples in contents, the number of them as FP64.
func request(t *testing.T) *inference.ModelInferRequest {
	t.Helper()
	r := &inference.ModelInferRequest{ModelName: "ads", Id: "7"}
	samples := testrun.MixedSamples()
	for _, name := range []string{"a", "x", "b/values", "past", "t"} {
		in := &inference.ModelInferRequest_InferInputTensor{Name: name, Datatype: "BYTES", Shape: []int64{int64(len(samples))}, Contents: &inference.InferTensorContents{}}
		for _, s := range samples {
			in.Contents.BytesContents = append(in.Contents.BytesContents, []byte(s[name]))
			x, err := strconv.ParseFloat(s[name], 64)
			if err != nil {
				x = math.NaN()
			}
			if name == "x" {
				in.Datatype, in.Contents.Fp64Contents = "FP64", append(in.Contents.Fp64Contents, x)
			}
		}
		r.Inputs = append(r.Inputs, in)
	}
	return r
}

// raw moves the contents of a request to raw_input_contents.
func raw(r *inference.ModelInferRequest) {
	for _, in := range r.Inputs {
		var data []byte
		if in.Datatype == "FP64" {
			for _, x := range in.Contents.Fp64Contents {
				data = binary.LittleEndian.AppendUint64(data, math.Float64bits(x))
			}
		} else {
			for _, b := range in.Contents.BytesContents {
				data = append(binary.LittleEndian.AppendUint32(data, uint32(len(b))), b...)
			}
		}
		in.Contents = nil
		r.RawInputContents = append(r.RawInputContents, data)
	}
}

func TestPredictionsAreThoseOfZooPredict(t *testing.T) {
	testrun.ForEveryModel(t, zoo.Settings{}, func(t *testing.T, _ string, m zoo.Model) {
		dir := testrun.TrainMixed(t, m)
		want := testrun.MixedPredictions(t, dir)
		_, conn := dial(t, dir, nil)
		client := inference.NewGRPCInferenceServiceClient(conn)
		r := request(t)
		got, err := client.ModelInfer(t.Context(), r)
		require.NoError(t, err)
		require.Equal(t, want, got.Outputs[0].Contents.Fp32Contents)
		require.Equal(t, "7", got.Id)
		require.Equal(t, "epoch-0004-batch-00000000", got.ModelVersion)

		raw(r)
		r.Parameters = map[string]*inference.InferParameter{"top_k": {ParameterChoice: &inference.InferParameter_Int64Param{Int64Param: 1}}}
		got, err = client.ModelInfer(t.Context(), r)
		require.NoError(t, err)
		for i, p := range want {
			require.Equal(t, math.Float32bits(p), binary.LittleEndian.Uint32(got.RawOutputContents[0][4*i:]))
		}
		best := binary.LittleEndian.Uint64(got.RawOutputContents[1])
		for _, p := range want {
			require.LessOrEqual(t, p, want[best])
		}
	})
}

func TestBadCalls(t *testing.T) {
	_, conn := dial(t, testrun.TrainMixed(t, nil), nil)
	client := inference.NewGRPCInferenceServiceClient(conn)
	for _, c := range []struct {
		name   string
		change func(*inference.ModelInferRequest)
		code   codes.Code
		want   string
	}{
		{"model", func(r *inference.ModelInferRequest) { r.ModelName = "none" }, codes.NotFound, `no model "none"`},
		{"version", func(r *inference.ModelInferRequest) { r.ModelVersion = "1" }, codes.NotFound, `no version "1"`},
		{"no inputs", func(r *inference.ModelInferRequest) { r.Inputs = nil }, codes.InvalidArgument, "inputs: none given"},
		{"missing", func(r *inference.ModelInferRequest) { r.Inputs = r.Inputs[1:] }, codes.InvalidArgument, `input "a": the column is missing`},
		{"shape", func(r *inference.ModelInferRequest) { r.Inputs[0].Shape[0] = 3 }, codes.InvalidArgument, `input "a": shape [3], but 4 elements`},
		{"datatype", func(r *inference.ModelInferRequest) { r.Inputs[0].Datatype = "FP16" }, codes.InvalidArgument, `input "a": datatype "FP16"`},
		{"raw", func(r *inference.ModelInferRequest) { r.RawInputContents = [][]byte{{1}} }, codes.InvalidArgument, "5 inputs, but 1 raw_input_contents"},
		{"output", func(r *inference.ModelInferRequest) {
			r.Outputs = []*inference.ModelInferRequest_InferRequestedOutputTensor{{Name: "score"}}
		}, codes.InvalidArgument, `output "score"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := request(t)
			c.change(r)
			_, err := client.ModelInfer(t.Context(), r)
			require.Equal(t, c.code, status.Code(err))
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestHealthMetadataAndReflection(t *testing.T) {
	s, conn := dial(t, testrun.TrainMixed(t, nil), nil)
	client, health := inference.NewGRPCInferenceServiceClient(conn), healthpb.NewHealthClient(conn)
	m, err := client.ModelMetadata(t.Context(), &inference.ModelMetadataRequest{Name: "ads"})
	require.NoError(t, err)
	require.Len(t, m.Inputs, 5)
	require.Equal(t, " ", m.Properties["separator.past"])
	watch, err := health.Watch(t.Context(), &healthpb.HealthCheckRequest{})
	require.NoError(t, err)
	status, err := watch.Recv()
	require.NoError(t, err)
	require.Equal(t, healthpb.HealthCheckResponse_SERVING, status.Status)
	s.Drain()
	status, err = watch.Recv()
	require.NoError(t, err)
	require.Equal(t, healthpb.HealthCheckResponse_NOT_SERVING, status.Status)
	_, err = health.Check(t.Context(), &healthpb.HealthCheckRequest{Service: "other"})
	require.ErrorContains(t, err, "no service")

	stream, err := reflectionpb.NewServerReflectionClient(conn).ServerReflectionInfo(t.Context())
	require.NoError(t, err)
	require.NoError(t, stream.Send(&reflectionpb.ServerReflectionRequest{MessageRequest: &reflectionpb.ServerReflectionRequest_ListServices{}}))
	services, err := stream.Recv()
	require.NoError(t, err)
	require.Contains(t, services.String(), "inference.GRPCInferenceService")

	require.NoError(t, s.Unload("ads"))
	ready, err := client.ModelReady(t.Context(), &inference.ModelReadyRequest{Name: "ads"})
	require.NoError(t, err)
	require.False(t, ready.Ready)
}

func TestACallNeedsAToken(t *testing.T) {
	_, conn := dial(t, testrun.TrainMixed(t, nil), serve.NewTokens("secret"))
	client := inference.NewGRPCInferenceServiceClient(conn)
	live := func(ctx context.Context) error {
		_, err := client.ServerLive(ctx, &inference.ServerLiveRequest{})
		return err
	}
	require.Equal(t, codes.Unauthenticated, status.Code(live(t.Context())))
	require.NoError(t, live(metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer secret")))
	_, err := healthpb.NewHealthClient(conn).Check(t.Context(), &healthpb.HealthCheckRequest{})
	require.NoError(t, err)
}
