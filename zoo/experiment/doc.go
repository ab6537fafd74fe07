// Package experiment runs grids of training runs, keeps a record of each, and reports them.
//
// A Grid names data sets, models, methods (a solver with candidates for its coefficients) and seeds.
// For each data set, model and method the coefficients are chosen by the AUC of the validation part
// after the last epoch, as a mean over all seeds, with which every candidate runs; see Choose. The test
// part is measured after every epoch and never chosen by.
//
// Every run is one line of a file of JSON lines, with the settings that make it again. A run that
// the file holds is not run again, so that a grid may be interrupted at any time.
package experiment
