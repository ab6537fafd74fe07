package bench

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
)

//go:embed testdata/duckdb/copy.mjs
var duckScript []byte

// duckDB copies the files to Parquet, on as many cores as we have, with all columns as text.
func (l logReading) duckDB(ctx context.Context, out string) (logRecord, error) {
	script := out + ".mjs"
	if err := os.WriteFile(script, duckScript, 0o600); err != nil {
		return logRecord{}, err
	}
	modules, err := filepath.Abs(l.nodeModules)
	if err != nil {
		return logRecord{}, err
	}
	files := slices.Concat(l.log.Files.Train, l.log.Files.Valid, l.log.Files.Test)
	arguments := append([]string{script, modules, strconv.Itoa(runtime.GOMAXPROCS(0)), out}, files...)
	text, err := exec.CommandContext(ctx, "node", arguments...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("%w: %.500s", err, bytes.TrimSpace(exit.Stderr))
	}
	if err != nil {
		return logRecord{}, fmt.Errorf("--duckdb: %w", err)
	}
	var figures struct {
		Version    string  `json:"version"`
		Seconds    float64 `json:"seconds"`
		CPUSeconds float64 `json:"cpu_seconds"`
	}
	if err := json.Unmarshal(text, &figures); err != nil {
		return logRecord{}, fmt.Errorf("--duckdb: it prints %.100q: %w", text, err)
	}
	return logRecord{"text to Parquet by DuckDB " + figures.Version, 0, figures.Seconds, figures.CPUSeconds}, nil
}
