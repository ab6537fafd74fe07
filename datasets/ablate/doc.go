// Package ablate leaves fields and rare values out of a data set that is encoded already. It finds what a field is worth, and
// which one makes a model collapse. It makes no ids of raw values; package encode does.
package ablate
