package cmd

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/draft"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/datasets/synthetic"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/parallel"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/delta"
	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"github.com/ctrzoo/ctrzoo/zoo/experiment/report"
	"github.com/ctrzoo/ctrzoo/zoo/export/embeddings"
	"github.com/ctrzoo/ctrzoo/zoo/export/onnx"
	"github.com/ctrzoo/ctrzoo/zoo/export/verify"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/ctrzoo/ctrzoo/zoo/serve"
	"github.com/ctrzoo/ctrzoo/zoo/statedict"
	"github.com/ctrzoo/ctrzoo/zoo/stream"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/assert"
)

// entrances are the functions of the packages that a program of one's own calls, and that return an error. Those that take a solver to ask it,
// nodes of a graph, a function or a writer are not among them: there nil is misuse.
func entrances() map[string][]any {
	return map[string][]any{
		"datasets":              {datasets.CheckShare, datasets.Divide, datasets.NewMemory, datasets.NewVocabulary, datasets.ParsePart},
		"datasets/draft":        {draft.FuxiCTR, draft.Guess},
		"datasets/encode":       {encode.Encode, encode.NewFileSpool, encode.NewRowEncoder, encode.Open},
		"datasets/prepared":     {prepared.Open, prepared.ReadManifest, prepared.Write},
		"datasets/rawlog":       {rawlog.FindColumns, rawlog.Open, rawlog.OpenFile, rawlog.OpenParquet},
		"datasets/safefile":     {safefile.CheckNew, safefile.CheckOnce, safefile.Open, safefile.OpenInput, safefile.Read, safefile.SyncFolder},
		"datasets/schema":       {schema.Load, schema.Parse, schema.ParseNumber},
		"datasets/synthetic":    {synthetic.NewDriftLog, synthetic.Open},
		"graph/kernel":          {kernel.Check},
		"solvers":               {solvers.Check, solvers.Find, solvers.FrequencyBuckets, solvers.NewAdagrad, solvers.NewAdagradAR, solvers.NewAdagradW, solvers.NewAdam, solvers.NewAdamAR, solvers.NewAdamW, solvers.NewCatalog, solvers.NewCowClip, solvers.NewFAL, solvers.NewL2, solvers.NewMEDA, solvers.NewRowWiseRMSpropAR, solvers.NewSAM, solvers.Regrow, solvers.Unused},
		"solvers/parallel":      {parallel.New},
		"zoo":                   {zoo.Complete, zoo.NewCatalog, zoo.NewInferenceNetwork, zoo.NewTrainingNetwork},
		"zoo/checkpoint":        {checkpoint.Create, checkpoint.Find, checkpoint.HashManifest, checkpoint.MapWeights, checkpoint.MeasureEncoding, checkpoint.Open, checkpoint.OpenState, checkpoint.OpenTensors, checkpoint.OpenWeights, checkpoint.ReadEncoding, checkpoint.ReadManifest, checkpoint.ReadSettings, checkpoint.ReadWeights, checkpoint.RecordModel},
		"zoo/delta":             {delta.Apply, delta.Make},
		"zoo/experiment":        {experiment.HashSet, experiment.LoadGrid, experiment.OpenStore, experiment.ParseGrid, experiment.ParseSpace, experiment.ReadStore, experiment.Verify},
		"zoo/experiment/report": {report.Write},
		"zoo/export/embeddings": {embeddings.Save, embeddings.Start, embeddings.ToRedis},
		"zoo/export/onnx":       {onnx.Export, onnx.InputsOf, onnx.ReadInputs, onnx.Save},
		"zoo/export/verify":     {verify.Files, verify.FindRuntime, verify.Open},
		"zoo/metrics":           {metrics.Check, metrics.Choose},
		"zoo/predict":           {predict.Load, predict.Map, predict.NewEvaluator, predict.NewPredictor},
		"zoo/serve":             {serve.CheckOutput, serve.CheckShape, serve.RawCells, serve.ReadTokens},
		"zoo/statedict":         {statedict.FuxiCTR, statedict.Import, statedict.LoadMapping, statedict.Read, statedict.ReadSource},
		"zoo/stream":            {stream.Evict, stream.Open},
		"zoo/train":             {train.NewTrainer, train.Train},
	}
}

// Nothing, a nil pointer in an interface, no context, sizes below zero and sizes beyond all memory are errors, and no panics.
func TestNothingPanicsOnNothing(t *testing.T) {
	for room, functions := range entrances() {
		for _, function := range functions {
			f := reflect.ValueOf(function)
			name := room + ": " + runtime.FuncForPC(f.Pointer()).Name()
			for _, a := range []absurd{{}, {size: -1}, {size: 1 << 62}, {size: -1, context: true}, {size: 1 << 62, context: true}, {context: true, typed: true}} {
				assert.NotPanics(t, func() { f.Call(a.arguments(f.Type())) }, fmt.Sprintf("%s with %+v", name, a))
			}
		}
	}
}

// absurd is what a function is called with: the size for every whole number, and the zero value for everything else.
type absurd struct {
	size    int64
	context bool // there is one
	typed   bool // an interface holds a nil pointer
}

// nilPointers are in the interfaces of an absurd call that is typed.
func nilPointers() []reflect.Value {
	return []reflect.Value{reflect.ValueOf((*zoo.DNN)(nil)), reflect.ValueOf((*datasets.Memory)(nil)), reflect.ValueOf((*solvers.AdamAR)(nil))}
}

func (a absurd) arguments(f reflect.Type) (list []reflect.Value) {
	for i := range f.NumIn() {
		v := reflect.New(f.In(i)).Elem()
		switch {
		case f.IsVariadic() && i == f.NumIn()-1:
			return list
		case v.CanInt():
			v.SetInt(a.size)
		case a.context && f.In(i) == reflect.TypeFor[context.Context]():
			v.Set(reflect.ValueOf(context.Background()))
		case a.typed && v.Kind() == reflect.Interface:
			for _, pointer := range nilPointers() {
				if pointer.Type().Implements(v.Type()) {
					v.Set(pointer)
				}
			}
		}
		list = append(list, v)
	}
	return list
}
