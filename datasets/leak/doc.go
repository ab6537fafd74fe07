// Package leak finds fields that alone predict the label. Such a field probably holds what was known only after the click: a
// model that reads it is perfect in training, and useless. It reads samples, and changes none.
package leak
