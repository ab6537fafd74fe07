package cmd

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/zoo/stream"
	"github.com/ctrzoo/ctrzoo/zoo/stream/report"
	"github.com/spf13/cobra"
)

// streamReportOptions are the flags of "zoo stream report".
type streamReportOptions struct{ out, svg, best string }

func newStreamReportCommand() *cobra.Command {
	var o streamReportOptions
	cmd := &cobra.Command{
		Use:   "report RUN... --out FILE",
		Short: "Show the days of streams as a page of curves",
		Long: `Write a page, which needs no network, with the days of one or more streams: figures before training, rows alive,
new and evicted, memory, unknown values and the stability of each field.

  zoo stream report run --best logs/best_auc.jsonl --out days.html`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return ui.Usagef("report takes folders of streams, got none")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args) },
	}
	f := cmd.Flags()
	f.StringVar(&o.out, "out", "", "page to write; - means standard output")
	f.StringVar(&o.svg, "svg", "", "also write a picture of AUC and living rows")
	f.StringVar(&o.best, "best", "", "best possible AUC by day, as zoo generate drift writes it")
	return cmd
}

func (o *streamReportOptions) run(cmd *cobra.Command, folders []string) error {
	if o.out == "" {
		return ui.Usagef("--out: give the page to write")
	}
	streams, err := o.read(folders)
	if err != nil {
		return err
	}
	if err := o.write(cmd, o.out, func(w io.Writer) error { return report.WriteHTML(w, streams...) }); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	if o.svg == "" {
		return nil
	}
	if err := o.write(cmd, o.svg, func(w io.Writer) error { return report.WriteSVG(w, streams...) }); err != nil {
		return fmt.Errorf("--svg: %w", err)
	}
	return nil
}

// read reads the days of the streams.
func (o *streamReportOptions) read(folders []string) ([]report.Stream, error) {
	var best []report.Day
	var err error
	if o.best != "" {
		if best, err = readDays(o.best); err != nil {
			return nil, fmt.Errorf("--best: %w", err)
		}
	}
	var streams []report.Stream
	for _, folder := range folders {
		days, err := readDays(filepath.Join(folder, stream.RecordsFile))
		if err != nil {
			return nil, err
		}
		s := report.Stream{Name: filepath.Base(folder), Days: days}
		s.AddBest(best)
		streams = append(streams, s)
	}
	return streams, nil
}

func readDays(path string) ([]report.Day, error) {
	file, err := safefile.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	days, err := report.ReadDays(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return days, nil
}

// write writes a file in one piece.
func (o *streamReportOptions) write(cmd *cobra.Command, path string, write func(io.Writer) error) error {
	out, err := ui.CreateOutput(cmd.Context(), path, cmd.OutOrStdout(), o.best)
	if err != nil {
		return err
	}
	defer out.Close()
	if err := write(out); err != nil {
		return err
	}
	return out.Commit()
}
