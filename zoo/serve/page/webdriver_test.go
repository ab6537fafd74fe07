package page

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var screenshots = flag.String("screenshots", "", "folder for pictures of what the browser shows")

// browser is Chromium, driven by the WebDriver protocol. Its methods end the test if they fail.
type browser struct {
	t       *testing.T
	session string // the address of the session
}

// newBrowser starts Chromium with an empty profile. It skips the test where Chromium or its driver is absent.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("there is no chromium")
	}
	driver, err := exec.LookPath("chromedriver")
	if err != nil {
		t.Skip("there is no chromedriver")
	}
	b := &browser{t: t}
	address := b.startDriver(driver)
	var answer struct{ SessionID string }
	b.call("POST", address+"/session", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"goog:loggingPrefs": map[string]string{"browser": "ALL"},
		"goog:chromeOptions": map[string]any{"binary": program, "args": []string{
			"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
			"--disable-background-networking", "--disable-component-update", "--disable-sync", "--user-data-dir=" + t.TempDir(),
		}},
	}}}, &answer)
	b.session = address + "/session/" + answer.SessionID
	t.Cleanup(func() { b.call("DELETE", b.session, nil, nil) })
	return b
}

// startDriver starts the driver, and returns its address once it is ready.
func (b *browser) startDriver(program string) string {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b.t, err)
	port := free.Addr().(*net.TCPAddr).Port
	require.NoError(b.t, free.Close())
	cmd := exec.Command(program, fmt.Sprintf("--port=%d", port), "--log-level=OFF")
	require.NoError(b.t, cmd.Start())
	b.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // an error, since it was killed
	})
	address := fmt.Sprintf("http://127.0.0.1:%d", port)
	require.Eventually(b.t, func() bool {
		answer, err := http.Get(address + "/status")
		if err != nil {
			return false
		}
		return answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
	}, 20*time.Second, 20*time.Millisecond)
	return address
}

// call sends a command, and reads its value.
func (b *browser) call(method, address string, body, value any) {
	b.t.Helper()
	var text []byte
	if body != nil {
		text, _ = json.Marshal(body)
	}
	r, err := http.NewRequest(method, address, bytes.NewReader(text))
	require.NoError(b.t, err)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(b.t, err)
	defer answer.Body.Close()
	text, err = io.ReadAll(answer.Body)
	require.NoError(b.t, err)
	require.Equal(b.t, http.StatusOK, answer.StatusCode, "%s %s: %s", method, address, text)
	if value != nil {
		require.NoError(b.t, json.Unmarshal(text, &struct{ Value any }{value}))
	}
}

func (b *browser) open(address string) {
	b.t.Helper()
	b.call("POST", b.session+"/url", map[string]string{"url": address}, nil)
}

// run runs JavaScript in the page, and reads what it returns.
func (b *browser) run(script string, value any) {
	b.t.Helper()
	b.call("POST", b.session+"/execute/sync", map[string]any{"script": script, "args": []any{}}, value)
}

// text is what a reader sees of an element; "" if it is not there, or hidden.
func (b *browser) text(selector string) (text string) {
	b.t.Helper()
	b.run(fmt.Sprintf("return document.querySelector(%q)?.innerText ?? ''", selector), &text)
	return text
}

// wait waits until a condition in JavaScript holds.
func (b *browser) wait(condition string) {
	b.t.Helper()
	require.Eventually(b.t, func() (holds bool) {
		b.run("return Boolean("+condition+")", &holds)
		return holds
	}, 20*time.Second, 20*time.Millisecond, "%s in: %s", condition, b.text("body"))
}

// keys presses keys, one after the other.
func (b *browser) keys(text string) {
	b.t.Helper()
	actions := []map[string]string{}
	for _, key := range text {
		actions = append(actions, map[string]string{"type": "keyDown", "value": string(key)}, map[string]string{"type": "keyUp", "value": string(key)})
	}
	b.call("POST", b.session+"/actions", map[string]any{"actions": []any{map[string]any{"type": "key", "id": "keyboard", "actions": actions}}}, nil)
}

// The keys of WebDriver that have no character.
const (
	tabKey   = "\ue004"
	enterKey = "\ue007"
)

// tabTo presses the tabulator until an element has the focus.
func (b *browser) tabTo(id string) {
	b.t.Helper()
	for range 60 {
		var at string
		if b.run("return document.activeElement.id", &at); at == id {
			return
		}
		b.keys(tabKey)
	}
	require.Fail(b.t, "the tabulator never reaches "+id)
}

// chrome sends a command of the DevTools protocol.
func (b *browser) chrome(command string, parameters map[string]any) {
	b.t.Helper()
	b.call("POST", b.session+"/goog/cdp/execute", map[string]any{"cmd": command, "params": parameters}, nil)
}

// size makes the page as wide as a screen.
func (b *browser) size(width int) {
	b.t.Helper()
	b.chrome("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500})
}

// scheme makes the page light or dark.
func (b *browser) scheme(name string) {
	b.t.Helper()
	b.chrome("Emulation.setEmulatedMedia", map[string]any{"features": []any{map[string]string{"name": "prefers-color-scheme", "value": name}}})
}

// console returns what the page has written to the console, of which errors of the page itself are a part.
func (b *browser) console() (messages []string) {
	b.t.Helper()
	var list []struct{ Level, Message string }
	b.call("POST", b.session+"/se/log", map[string]string{"type": "browser"}, &list)
	for _, m := range list {
		messages = append(messages, m.Level+": "+m.Message)
	}
	return messages
}

// picture keeps what the whole page looks like, if that is wanted.
func (b *browser) picture(name string) {
	b.t.Helper()
	if *screenshots == "" {
		return
	}
	var answer struct{ Data string }
	b.call("POST", b.session+"/goog/cdp/execute", map[string]any{"cmd": "Page.captureScreenshot", "params": map[string]any{"captureBeyondViewport": true}}, &answer)
	data, err := base64.StdEncoding.DecodeString(answer.Data)
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(filepath.Join(*screenshots, name+".png"), data, 0o600))
}
