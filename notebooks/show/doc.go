// Package show is what a notebook needs to look at a training run: charts and tables, which appear
// below a cell when they are its last value, and progress that rewrites its own line.
//
//	result, err := train.Train(ctx, train.Run{..., OnStep: show.Steps("DNN")})
//	show.Epochs(history)
//
// Nothing here is generic, since the interpreter of a notebook cannot use what is.
package show
