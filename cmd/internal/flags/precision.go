package flags

import (
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/spf13/pflag"
)

// Precision is the flag --precision, that of matrix products.
type Precision struct {
	graph.Precision
	flag *pflag.Flag
}

// AddPrecision adds the flag to a command that trains or measures.
func AddPrecision(f *pflag.FlagSet) *Precision {
	return addPrecision(f, "precision of matrix products, float32 or bf16; bf16 rounds their factors to bfloat16, for processors with AVX512_BF16")
}

// AddModelPrecision adds the flag to a command that predicts with a saved model.
func AddModelPrecision(f *pflag.FlagSet) *Precision {
	p := addPrecision(f, "precision of matrix products, float32 or bf16; default: that of the training")
	p.flag.DefValue = ""
	return p
}

func addPrecision(f *pflag.FlagSet, usage string) *Precision {
	p := &Precision{}
	f.TextVar(&p.Precision, "precision", graph.Float32, usage)
	p.flag = f.Lookup("precision")
	return p
}

// Apply gives a saved model the precision, if one was given, and says so if that of the model is not to be had.
func (p *Precision) Apply(t *predict.Trained, note func(string)) {
	if p.flag.Changed {
		t.Precision = p.Precision
	}
	notePrecision(t.Precision, note)
}

// Note says so if the precision is not to be had.
func (p *Precision) Note(r *ui.Reporter) { notePrecision(p.Precision, r.Note) }

func notePrecision(p graph.Precision, note func(string)) {
	if err := p.Available(); err != nil {
		note(err.Error() + ", so matrix products are float32")
	}
}
