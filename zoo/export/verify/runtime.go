package verify

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// NodeModules is the variable of the environment that says where the folder node_modules with onnxruntime-node is.
const NodeModules = "CTRZOO_NODE_MODULES"

// ErrNoRuntime is wrapped by the error of a machine without ONNX Runtime.
var ErrNoRuntime = errors.New("ONNX Runtime was not found")

//go:embed run.cjs
var script string

// Tensor is an input of a model.
type Tensor struct {
	Type string `json:"type"` // int64, float32, float64 or string
	Dims [2]int `json:"dims"`
	Data any    `json:"data"` // the bytes of the numbers, or a []string
}

// Outputs are the outputs of a model for a batch.
type Outputs struct{ Logits, Probabilities []float32 }

// Session is a model in a runtime, a process of its own.
type Session struct {
	command *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	errs    strings.Builder
}

// FindRuntime returns the folder that NodeModules names, if onnxruntime-node is there.
func FindRuntime() (string, error) {
	modules := os.Getenv(NodeModules)
	if modules == "" {
		return "", fmt.Errorf("%w: %s does not say in which folder node_modules it is (npm install onnxruntime-node)", ErrNoRuntime, NodeModules)
	}
	if _, err := os.Stat(filepath.Join(modules, "onnxruntime-node", "package.json")); err != nil {
		return "", fmt.Errorf("%w: %s: %w", ErrNoRuntime, NodeModules, err)
	}
	if _, err := exec.LookPath("node"); err != nil {
		return "", fmt.Errorf("%w: %w", ErrNoRuntime, err)
	}
	return filepath.Abs(modules)
}

// Open starts a session of the model in a file.
func Open(ctx context.Context, path string) (*Session, error) {
	modules, err := FindRuntime()
	if err != nil {
		return nil, err
	}
	s := &Session{command: exec.CommandContext(ctx, "node", "-e", script, "--", modules, path)}
	s.command.Stderr = &s.errs
	out, err := s.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.out = bufio.NewReader(out)
	if s.in, err = s.command.StdinPipe(); err != nil {
		return nil, err
	}
	return s, s.command.Start()
}

// Run runs the model on a batch.
func (s *Session) Run(inputs map[string]Tensor) (*Outputs, error) {
	if err := json.NewEncoder(s.in).Encode(inputs); err != nil {
		return nil, s.failure(err)
	}
	line, err := s.out.ReadBytes('\n')
	if err != nil {
		return nil, s.failure(err)
	}
	var texts struct{ Logit, Probability []string }
	if err := json.Unmarshal(line, &texts); err != nil {
		return nil, fmt.Errorf("the runtime answers %.80q: %w", line, err)
	}
	var out Outputs
	if out.Logits, err = parse(texts.Logit); err != nil {
		return nil, err
	}
	out.Probabilities, err = parse(texts.Probability)
	return &out, err
}

// parse reads numbers, which may be NaN: JSON has no such number.
func parse(texts []string) ([]float32, error) {
	numbers := make([]float32, len(texts))
	for i, text := range texts {
		x, err := strconv.ParseFloat(text, 32)
		if err != nil {
			return nil, err
		}
		numbers[i] = float32(x)
	}
	return numbers, nil
}

// failure is the error of a runtime that has ended, with what it says.
func (s *Session) failure(err error) error {
	s.in.Close()
	if waited := s.command.Wait(); waited != nil {
		err = waited
	}
	return fmt.Errorf("the runtime: %w: %s", err, strings.TrimSpace(s.errs.String()))
}

// Close ends the session.
func (s *Session) Close() error {
	if s.command.ProcessState != nil {
		return nil
	}
	return errors.Join(s.in.Close(), s.command.Wait())
}
