// Package draft makes a schema to begin with: guessed from the first rows of a log, or taken over from a
// dataset_config.yaml of FuxiCTR.
package draft
