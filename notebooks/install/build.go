package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/packages"
)

const tag = "gophernotes" // of the files in ../kernel

// build writes the kernel to binary.
func build(binary string) error {
	root, err := goList("-m", "-f", "{{.Dir}}")
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", kernelName)
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	o := &overlay{kernel: filepath.Join(root, "kernel"), scratch: scratch, Replace: map[string]string{}}
	if err := o.addGophernotes(); err != nil {
		return err
	}
	if err := o.addBindings(root); err != nil {
		return err
	}
	config := filepath.Join(scratch, "overlay.json")
	if err := writeJSON(config, o); err != nil {
		return err
	}
	cmd := exec.Command("go", "build", "-tags", tag, "-overlay", config, "-ldflags", "-s -w", "-o", binary, "./kernel")
	cmd.Dir, cmd.Stdout, cmd.Stderr = root, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("the kernel does not build, see above (%w); where the fault is in a file named bind_*, "+
			"the package in its name cannot be linked: take it out of kernel/packages.go", err)
	}
	return nil
}

// overlay is what go build -overlay reads: the files of gophernotes and the bindings, in a scratch
// folder, stand in for files of ../kernel that do not exist.
type overlay struct {
	Replace         map[string]string
	kernel, scratch string
}

func (o *overlay) add(name string, text []byte) error {
	path := filepath.Join(o.scratch, name)
	o.Replace[filepath.Join(o.kernel, name)] = path
	return os.WriteFile(path, text, 0o644)
}

// addBindings adds a binding of every package that ../kernel/packages.go imports.
func (o *overlay) addBindings(root string) error {
	linked, err := linkedPackages(filepath.Join(o.kernel, "packages.go"))
	if err != nil {
		return err
	}
	config := &packages.Config{
		Mode: packages.NeedName | packages.NeedImports | packages.NeedTypes | packages.NeedDeps,
		Dir:  root,
	}
	loaded, err := packages.Load(config, linked...)
	if err != nil {
		return err
	}
	for _, p := range loaded {
		if len(p.Errors) > 0 {
			return fmt.Errorf("cannot link %s, which kernel/packages.go lists: %w", p.PkgPath, p.Errors[0])
		}
		text, err := binding(p.Types)
		if err != nil {
			return fmt.Errorf("cannot link %s, take it out of kernel/packages.go: %w", p.PkgPath, err)
		}
		if err := o.add("bind_"+identifier(p.PkgPath)+".go", text); err != nil {
			return err
		}
	}
	return nil
}

// goList runs go list and returns its one line.
func goList(args ...string) (string, error) {
	cmd := exec.Command("go", append([]string{"list"}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go list %s: %w", strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}
