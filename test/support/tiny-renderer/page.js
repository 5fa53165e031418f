// The smallest page that uses the host: shows every frame that comes down, sends one up.
globalThis.frames_ = [];
window.letterlockHost.onFrame((json) => {
  globalThis.frames_.push(json);
  document.getElementById('answer').textContent = json;
});
window.letterlockHost.postFrame(JSON.stringify({ hello: 'up' }));
