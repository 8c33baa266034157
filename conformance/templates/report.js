(function () {
  var bar = document.getElementById("filter");
  var cases = Array.prototype.slice.call(document.querySelectorAll("details.case"));
  var buttons = bar.querySelectorAll("button");
  var input = bar.querySelector("input");
  var show = "all";
  function apply() {
    var word = input.value.trim().toLowerCase();
    cases.forEach(function (item) {
      var names = item.querySelectorAll(".name, .rule, .checks b");
      var found = Array.prototype.some.call(names, function (name) {
        return name.textContent.toLowerCase().indexOf(word) !== -1;
      });
      item.hidden = (show === "not" ? item.classList.contains("pass") : false) || !found;
    });
  }
  Array.prototype.forEach.call(buttons, function (button) {
    button.addEventListener("click", function () {
      show = button.getAttribute("data-show");
      Array.prototype.forEach.call(buttons, function (other) {
        other.setAttribute("aria-pressed", String(other === button));
      });
      apply();
    });
  });
  input.addEventListener("input", apply);
  bar.hidden = false;
})();
