package serve

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

// Log is an Observer that writes to a log: one request in Every, every slow one, every one that the server is to blame for, and
// every change of a version.
type Log struct {
	Logger *slog.Logger
	Every  uint64        // 0: no request for itself
	Slow   time.Duration // 0: none is slow

	seen atomic.Uint64
}

// Answered writes a request.
func (l *Log) Answered(c *Call, err error) {
	took := c.Times.Written.Sub(c.Times.Start)
	slow := l.Slow > 0 && took >= l.Slow
	level, message := slog.LevelInfo, "request"
	switch {
	case err != nil && KindOf(err) == Internal:
		level, message = slog.LevelError, "failed request"
	case slow:
		level, message = slog.LevelWarn, "slow request"
	case l.Every == 0 || (l.seen.Add(1)-1)%l.Every != 0:
		return
	}
	attributes := []slog.Attr{
		slog.String("protocol", c.Protocol), slog.String("model", c.Model), slog.String("version", c.Served),
		slog.String("id", c.ID), slog.Int("samples", c.Samples), slog.Duration("took", took),
	}
	if slow {
		t := &c.Times
		attributes = append(attributes, stage("decode", t.Start, t.Decoded), stage("encode", t.Decoded, t.Encoded),
			stage("predict", t.Encoded, t.Predicted), stage("write", t.Predicted, t.Written))
	}
	if err != nil {
		attributes = append(attributes, slog.String("kind", KindOf(err).String()), slog.String("error", err.Error()))
	}
	l.Logger.LogAttrs(context.Background(), level, message, attributes...)
}

// stage is the time of a stage; 0 if it was not reached.
func stage(name string, from, to time.Time) slog.Attr {
	if from.IsZero() || to.IsZero() {
		return slog.Duration(name, 0)
	}
	return slog.Duration(name, to.Sub(from))
}

// Changed writes a change of a version.
func (l *Log) Changed(m Status, err error) {
	switch {
	case err != nil:
		l.Logger.Error("model not changed", "model", m.Name, "version", m.Version, "error", err.Error())
	case !m.Ready():
		l.Logger.Info("model unloaded", "model", m.Name)
	case m.Unchecked:
		l.Logger.Info("model serves while its weights are checked", "model", m.Name, "version", m.Version, "path", m.Path)
	default:
		l.Logger.Info("model loaded", "model", m.Name, "version", m.Version, "path", m.Path)
	}
}
