package rest

import (
	"errors"
	"fmt"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/zoo/serve"
)

// request is a request of the Open Inference Protocol.
type request struct {
	scanner
	serve.Call
	outputs   []output // that were asked for; none: the probability
	allBinary bool     // outputs are binary, unless they say otherwise
	binary    []byte   // what is left of the binary data behind the JSON

	tensor tensor
	arena  []string // of which the texts of the inputs are parts
}

// tensor is an input as it is read. Its data may come before its datatype.
type tensor struct {
	name, datatype string
	shape          []int64
	cells          encode.Cells
	hasData        bool
	later          []byte // data whose datatype is not known yet
	binarySize     int64  // -1: the data are JSON
}

// output is a tensor of the answer.
type output struct {
	name   string
	binary bool
	said   bool // whether it is binary, as against what the request says for all
}

// parse reads a request, whose JSON is the first head bytes of the body.
func (r *request) parse(body []byte, head int) error {
	r.scanner = scanner{text: body[:head]}
	r.outputs, r.allBinary, r.binary = r.outputs[:0], false, body[head:]
	clear(r.arena)
	r.arena = r.arena[:0]
	r.object(r.member)
	r.end()
	for i := range r.outputs {
		if o := &r.outputs[i]; !o.said {
			o.binary = r.allBinary
		}
	}
	switch {
	case r.err != nil:
		return badInput(r.err)
	case len(r.Inputs) == 0:
		return serve.Errorf(serve.BadInput, "inputs: none given")
	case len(r.binary) > 0:
		return serve.Errorf(serve.BadInput, "%d bytes of binary data belong to no input", len(r.binary))
	}
	return nil
}

// badInput makes an error one of bad input, unless its kind is known.
func badInput(err error) error {
	var known *serve.Error
	if errors.As(err, &known) {
		return err
	}
	return &serve.Error{Kind: serve.BadInput, Err: err}
}

func (r *request) member(key string) {
	switch key {
	case "id":
		r.ID = r.string()
	case "parameters":
		r.object(r.parameter)
	case "inputs":
		r.array(r.input)
	case "outputs":
		r.array(r.output)
	default:
		r.skip()
	}
}

func (r *request) parameter(key string) {
	switch key {
	case "allow_missing":
		r.AllowMissing = r.boolean(key)
	case "top_k":
		r.TopK = int(r.integer(key))
	case "binary_data_output":
		r.allBinary = r.boolean(key)
	default:
		r.skip()
	}
}

func (r *request) output() {
	r.outputs = append(r.outputs, output{})
	o := &r.outputs[len(r.outputs)-1]
	r.object(func(key string) {
		switch key {
		case "name":
			o.name = r.string()
		case "parameters":
			r.object(func(key string) {
				if key == "binary_data" {
					o.binary, o.said = r.boolean(key), true
					return
				}
				r.skip()
			})
		default:
			r.skip()
		}
	})
	if err := serve.CheckOutput(o.name); err != nil {
		r.fail(err)
	}
}

// input reads an input tensor.
func (r *request) input() {
	t := &r.tensor
	*t = tensor{shape: t.shape[:0], binarySize: -1}
	r.object(r.inputMember)
	if r.err == nil {
		r.addInput()
	}
}

func (r *request) inputMember(key string) {
	t := &r.tensor
	switch key {
	case "name":
		t.name = r.string()
	case "datatype":
		t.datatype = r.string()
	case "shape":
		t.shape = t.shape[:0]
		r.array(r.dimension)
	case "parameters":
		r.object(r.inputParameter)
	case "data":
		r.data()
	default:
		r.skip()
	}
}

func (r *request) dimension() { r.tensor.shape = append(r.tensor.shape, r.integer("shape")) }

func (r *request) inputParameter(key string) {
	if key == "binary_data_size" {
		r.tensor.binarySize = r.integer(key)
		return
	}
	r.skip()
}

// addInput adds the tensor to the inputs of the call.
func (r *request) addInput() {
	t := &r.tensor
	var err error
	switch {
	case t.binarySize > int64(len(r.binary)) || t.binarySize < -1:
		err = serve.TensorErrorf(t.name, "binary_data_size is %d, and %d bytes are left", t.binarySize, len(r.binary))
	case t.binarySize >= 0 && t.hasData:
		err = serve.TensorErrorf(t.name, "it has data and binary data")
	case t.binarySize >= 0:
		t.cells, r.arena, err = serve.RawCells(t.name, t.datatype, r.binary[:t.binarySize], r.arena)
		r.binary = r.binary[t.binarySize:]
	case !t.hasData:
		err = serve.TensorErrorf(t.name, "it has no data")
	case t.later != nil:
		err = r.readLater()
	}
	if err == nil {
		err = serve.CheckShape(t.name, t.shape, t.cells.Len())
	}
	if err != nil {
		r.fail(err)
		return
	}
	t.cells.Column = t.name
	r.Inputs = append(r.Inputs, t.cells)
}

// data reads the data of the tensor if its datatype is known; else it leaves them for readLater.
func (r *request) data() {
	t := &r.tensor
	if t.hasData {
		r.fail(serve.TensorErrorf(t.name, "its data comes twice"))
		return
	}
	t.hasData = true
	if t.datatype == "" {
		t.later = r.raw()
		return
	}
	r.read()
}

func (r *request) readLater() error {
	rest := r.scanner
	r.scanner = scanner{text: r.tensor.later}
	r.read()
	err := r.err
	r.scanner = rest
	return err
}

// read reads the data of the tensor, in one array or in arrays within each other.
func (r *request) read() {
	t, c := &r.tensor, &r.tensor.cells
	from := len(r.arena)
	switch t.datatype {
	case "BYTES":
		r.values(r.element)
		c.Texts = r.arena[from:len(r.arena):len(r.arena)]
	case "FP32":
		r.values(func() { c.Floats = append(c.Floats, float32(r.float(32))) })
	case "FP64":
		r.values(func() { c.Doubles = append(c.Doubles, r.float(64)) })
	case "BOOL":
		r.values(func() { c.Ints = append(c.Ints, serve.Bit(r.boolean("data"))) })
	case "INT64", "INT32", "INT16", "INT8", "UINT32", "UINT16", "UINT8":
		r.values(func() { c.Ints = append(c.Ints, r.integer("data")) })
	default:
		r.fail(fmt.Errorf("datatype %q: want %s", t.datatype, serve.Datatypes))
	}
	if r.err != nil {
		r.err = ofTensor(t.name, r.err)
	}
}

// ofTensor makes an error one of a tensor, unless it is of the JSON itself.
func ofTensor(name string, err error) error {
	var syntax *syntaxError
	if errors.As(err, &syntax) {
		return err
	}
	return serve.TensorErrorf(name, "%w", err)
}

// values calls do for each value of an array, and of the arrays in it.
func (r *request) values(do func()) {
	if r.peek() != '[' {
		r.fail(errors.New("want an array of data"))
		return
	}
	outside, first := r.depth, true
	for r.open('['); r.depth > outside && r.err == nil; {
		switch {
		case !r.more(&first, ']'): // the end of an array within, or of all
			first = false
		case r.peek() == '[':
			r.open('[')
			first = true
		default:
			do()
		}
	}
}

// element reads a text; null is an empty one.
func (r *request) element() {
	switch r.peek() {
	case '"':
		r.arena = append(r.arena, r.string())
	case 'n':
		r.word("null")
		r.arena = append(r.arena, "")
	default:
		r.fail(errors.New("want texts"))
	}
}
