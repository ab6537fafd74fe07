package onnx

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"google.golang.org/protobuf/encoding/protowire"
)

const (
	metadataField = 14 // of ModelProto
	inputsKey     = "ctrzoo.inputs"
)

// ErrNotOurs is wrapped by the error of a file that is no model of Export.
var ErrNotOurs = errors.New("no ONNX model of ctrzoo")

// describe adds the metadata: what the model is, what made it, and what its inputs are.
func (m *Model) describe(t *predict.Trained, in *Inputs) error {
	settings, err := json.Marshal(t.Model)
	if err != nil {
		return err
	}
	inputs, err := json.Marshal(in)
	if err != nil {
		return err
	}
	m.version = prepared.Version()
	m.metadata = [][2]string{
		{"ctrzoo.model", zoo.NameOf(t.Model)}, {"ctrzoo.hyper_parameters", string(settings)}, {"ctrzoo.solver", t.Solver},
		{"ctrzoo.version", m.version}, {inputsKey, string(inputs)},
	}
	if t.Encoding == nil {
		return nil
	}
	text, err := t.Encoding.Schema.YAML()
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	m.metadata = append(m.metadata, [2]string{"ctrzoo.schema_sha256", hex.EncodeToString(sum[:])})
	return nil
}

// ReadInputs reads from a file that Export made what inputs the model has. It reads nothing else.
func ReadInputs(path string) (*Inputs, error) {
	f, err := safefile.Open(path)
	if err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	defer f.Close()
	text, err := readMetadata(bufio.NewReader(f), inputsKey)
	if err != nil {
		return nil, fmt.Errorf("onnx: %s is %w: %w", path, ErrNotOurs, err)
	}
	var in Inputs
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		return nil, fmt.Errorf("onnx: %s is %w: %w", path, ErrNotOurs, err)
	}
	return &in, nil
}

// readMetadata finds a value of the metadata in a model, and passes over all else.
func readMetadata(r *bufio.Reader, key string) (string, error) {
	for {
		tag, err := binary.ReadUvarint(r)
		if err != nil {
			return "", err
		}
		field, wire := protowire.DecodeTag(tag)
		value, err := binary.ReadUvarint(r) // or the size of what follows
		if err != nil {
			return "", err
		}
		switch {
		case wire == protowire.VarintType:
		case wire != protowire.BytesType:
			return "", fmt.Errorf("a field of the wire type %d", wire)
		case field != metadataField:
			if _, err := io.CopyN(io.Discard, r, int64(value)); err != nil {
				return "", err
			}
		default:
			found, text, err := readPair(r, value)
			if err != nil || found == key {
				return text, err
			}
		}
	}
}

// readPair reads a StringStringEntryProto.
func readPair(r io.Reader, size uint64) (key, value string, err error) {
	data, err := io.ReadAll(io.LimitReader(r, int64(min(size, largestMessage))))
	if err != nil {
		return "", "", err
	}
	for len(data) > 0 {
		field, wire, n := protowire.ConsumeTag(data)
		if n < 0 || wire != protowire.BytesType {
			return "", "", errors.New("its metadata is damaged")
		}
		text, m := protowire.ConsumeString(data[n:])
		if m < 0 {
			return "", "", protowire.ParseError(m)
		}
		if field == 1 {
			key = text
		} else {
			value = text
		}
		data = data[n+m:]
	}
	return key, value, nil
}
